"""Every meter against simulated counters, and CPU-seconds against a known load."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from smelllint.bench import meters
from smelllint.bench.meters import Absent, CpuSeconds, Level, Reading, Together, nvml, rapl, zeus


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


# RAPL


def zone(root: Path, folder: str, name: str, energy: int, span: int = 1_000_000_000) -> Path:
    path = root / folder
    path.mkdir(parents=True)
    (path / "name").write_text(name + "\n")
    (path / "max_energy_range_uj").write_text(f"{span}\n")
    (path / "energy_uj").write_text(f"{energy}\n")
    return path / "energy_uj"


@pytest.fixture
def powercap(tmp_path: Path) -> Path:
    root = tmp_path / "powercap"
    zone(root, "intel-rapl:0", "package-0", 1_000_000)
    zone(root, "intel-rapl:0:0", "core", 500_000)
    zone(root, "intel-rapl:0:1", "dram", 200_000)
    zone(root, "intel-rapl:1", "psys", 9_000_000)
    zone(root, "intel-rapl-mmio:0", "package-0", 1_000_000)
    return root


def rapl_meter(root: Path, clock: Clock) -> rapl.Rapl:
    found = rapl.find(root)
    assert isinstance(found, rapl.Rapl)
    found.clock = clock
    return found


def spent(root: Path, values: dict[str, int], seconds: float) -> Reading:
    """What the meter reads when the counters go to these values in so many seconds."""
    clock = Clock()
    meter = rapl_meter(root, clock)
    mark = meter.mark()
    clock.now += seconds
    for folder, energy in values.items():
        (root / folder / "energy_uj").write_text(str(energy))
    return meter.since(mark)


def test_rapl_adds_package_and_dram_once_and_nothing_else(powercap: Path) -> None:
    reading = spent(powercap, {"intel-rapl:0": 21_000_000, "intel-rapl:0:1": 1_200_000}, 1.0)
    assert reading.amount == pytest.approx(21.0)


def test_rapl_counts_on_through_a_wrap(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 999_000_000)
    assert spent(tmp_path, {"intel-rapl:0": 9_000_000}, 1.0).amount == pytest.approx(10.000001)


def test_rapl_calls_a_counter_that_was_set_back_no_energy(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 900_000_000, span=262_143_328_850)
    reading = spent(tmp_path, {"intel-rapl:0": 5}, 1.0)
    assert reading.amount is None
    assert "set back" in reading.reason


def test_rapl_says_that_it_may_have_wrapped_twice(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 0, span=1_000_000)
    reading = spent(tmp_path, {"intel-rapl:0": 10}, 60.0)
    assert reading.amount is None
    assert "more than once" in reading.reason


def test_rapl_calls_a_stuck_counter_stuck(powercap: Path) -> None:
    reading = spent(powercap, {"intel-rapl:0:1": 300_000}, 1.0)
    assert reading.amount is None
    assert "stood still" in reading.reason


def test_rapl_gives_no_reading_below_its_resolution(powercap: Path) -> None:
    reading = spent(powercap, {"intel-rapl:0": 1_010_000, "intel-rapl:0:1": 201_000}, 0.001)
    assert reading.amount is None
    assert "shorter than the counter resolves" in reading.reason


def test_rapl_says_that_the_permission_was_lost_midway(
    powercap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    meter = rapl_meter(powercap, clock)
    mark = meter.mark()
    clock.now += 1.0

    def refuse(_: rapl.Zone) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(rapl.Zone, "read", refuse)
    reading = meter.since(mark)
    assert reading.amount is None
    assert "permission to read" in reading.reason


def test_rapl_says_that_a_counter_is_gone(powercap: Path) -> None:
    clock = Clock()
    meter = rapl_meter(powercap, clock)
    mark = meter.mark()
    clock.now += 1.0
    (powercap / "intel-rapl:0" / "energy_uj").write_text("nonsense")
    assert meter.since(mark).amount is None


def test_an_unreadable_rapl_says_how_to_get_the_permission(
    powercap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: rapl.Zone) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(rapl.Zone, "read", refuse)
    found = rapl.find(powercap)
    assert isinstance(found, Absent)
    assert "root only" in found.reason
    assert "chmod" in found.remedy


def test_a_machine_without_rapl_says_so(tmp_path: Path) -> None:
    found = rapl.find(tmp_path / "none")
    assert isinstance(found, Absent)
    assert "virtual machines" in found.remedy


def test_twice_the_energy_reads_as_twice(powercap: Path) -> None:
    once = spent(powercap, {"intel-rapl:0": 11_000_000, "intel-rapl:0:1": 1_200_000}, 1.0).amount
    twice = spent(powercap, {"intel-rapl:0": 31_000_000, "intel-rapl:0:1": 3_200_000}, 1.0).amount
    assert once is not None
    assert twice == pytest.approx(2 * once)


# NVML


class NvmlError(Exception):
    pass


def fake_nvml(*counter: int | Exception) -> SimpleNamespace:
    """A GPU whose counter shows these numbers in turn; an exception in place of a number is raised."""
    values = list(counter)

    def energy(handle: str) -> int:
        value = values.pop(0)
        if isinstance(value, Exception):
            raise value
        return value

    return SimpleNamespace(
        NVMLError=NvmlError,
        nvmlInit=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda index: f"gpu {index}",
        nvmlDeviceGetHandleByUUID=lambda uuid: uuid,
        nvmlDeviceGetTotalEnergyConsumption=energy,
    )


def nvml_reading(seconds: float, *counter: int | Exception) -> Reading:
    clock = Clock()
    meter = nvml.Nvml(fake_nvml(*counter), "gpu 0", clock)
    mark = meter.mark()
    clock.now += seconds
    return meter.since(mark)


def test_nvml_turns_millijoules_into_joules() -> None:
    assert nvml_reading(5.0, 1_000, 751_000) == Reading(750.0)


@pytest.mark.parametrize(
    ("seconds", "counter", "why"),
    [
        (0.2, (1_000, 2_000), "shorter than the counter resolves"),
        (5.0, (1_000, 1_000), "stood still"),
        (5.0, (9_000, 1_000), "ran backwards"),
        (5.0, (1_000, NvmlError("GPU is lost")), "no longer answers"),
        (5.0, (NvmlError("No permission"), 2_000), "no longer answers"),
    ],
)
def test_nvml_says_why_there_is_no_reading(
    seconds: float, counter: tuple[int | Exception, ...], why: str
) -> None:
    reading = nvml_reading(seconds, *counter)
    assert reading.amount is None
    assert why in reading.reason


def test_nvml_without_its_library_says_which_extra() -> None:
    def missing() -> object:
        raise ModuleNotFoundError("pynvml")

    found = nvml.find(missing)
    assert isinstance(found, Absent)
    assert "smelllint[bench]" in found.remedy


def test_nvml_on_an_old_card_says_so() -> None:
    found = nvml.find(lambda: fake_nvml(NvmlError("Not Supported")))
    assert isinstance(found, Absent)
    assert "Volta" in found.remedy


def test_nvml_reads_the_card_that_the_workload_sees() -> None:
    assert nvml.visible_device(fake_nvml(), "3,1") == "gpu 3"
    assert nvml.visible_device(fake_nvml(), "GPU-77,GPU-1") == "GPU-77"
    assert nvml.visible_device(fake_nvml(), "") == "gpu 0"


# zeus


class FakeMonitor:
    """A zeus monitor that answers what the test says."""

    def __init__(self, measured: object) -> None:
        self.measured = measured
        self.gpu_indices = [0]
        self.cpu_indices: list[int] = []
        self.soc_is_present = False

    def begin_window(self, key: str, sync_execution: bool) -> None:
        self.open = key

    def end_window(self, key: str, sync_execution: bool) -> object:
        assert key == self.open
        if isinstance(self.measured, Exception):
            raise self.measured
        return self.measured


def zeus_reading(measured: object) -> Reading:
    meter = zeus.Zeus(FakeMonitor(measured))
    return meter.since(meter.mark())


def test_zeus_adds_what_it_sees_and_not_the_gpu_alone() -> None:
    measured = SimpleNamespace(
        time=5.0, gpu_energy={0: 500.0}, cpu_energy={0: 90.0}, dram_energy={0: 10.0}, soc_energy=None
    )
    assert zeus_reading(measured) == Reading(600.0)


def test_zeus_adds_the_parts_of_one_chip_in_joules() -> None:
    soc = SimpleNamespace(cpu_total_mj=4_000, gpu_mj=5_000, dram_mj=None, ane_mj=1_000)
    assert zeus_reading(SimpleNamespace(time=5.0, soc_energy=soc)) == Reading(10.0)


def test_a_zero_of_zeus_is_no_reading() -> None:
    measured = SimpleNamespace(
        time=0.05, gpu_energy={0: 0.0}, cpu_energy=None, dram_energy=None, soc_energy=None
    )
    assert zeus_reading(measured).amount is None
    assert "too short" in zeus_reading(measured).reason


def test_a_failing_zeus_says_why() -> None:
    assert "no longer answers: gone" in zeus_reading(RuntimeError("gone")).reason


# Together, and the choice


class Fixed:
    """A meter that always reads the same."""

    name, counts, unit, level, block_seconds, shared, margin = "fixed", "", "J", Level.JOULES, 1.0, True, 0.05

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def mark(self) -> None:
        return None

    def since(self, mark: None) -> Reading:
        return self.reading


def test_two_meters_read_as_their_sum() -> None:
    both = Together([Fixed(Reading(2.0)), Fixed(Reading(3.0))])
    assert both.since(both.mark()) == Reading(5.0)


def test_a_sum_is_missing_as_soon_as_one_part_is() -> None:
    both = Together([Fixed(Reading(2.0)), Fixed(Reading(None, "stuck"))])
    assert both.since(both.mark()) == Reading(None, "fixed: stuck")


def test_cpu_seconds_never_stand_for_a_gpu() -> None:
    chosen = meters.choose("cuda", [Absent("nvml", "", "no GPU", "buy one"), CpuSeconds()])
    assert isinstance(chosen, Absent)
    assert "no GPU" in chosen.reason


def test_cpu_seconds_are_taken_where_nothing_counts_joules() -> None:
    chosen = meters.choose("cpu", [Absent("rapl", "", "a virtual machine", ""), CpuSeconds()])
    assert isinstance(chosen, CpuSeconds)


def test_every_known_meter_is_there_or_says_why_not() -> None:
    for meter in meters.survey():
        if isinstance(meter, Absent):
            assert meter.reason
            assert meter.remedy


# CPU-seconds, on a known load


def burn(seconds: float) -> None:
    """Use this much CPU time of this process."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


BURN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"


@pytest.mark.parametrize("seconds", [0.05, 0.1])
def test_cpu_seconds_read_a_known_load(seconds: float) -> None:
    meter = CpuSeconds()
    mark = meter.mark()
    burn(seconds)
    assert meter.since(mark).amount == pytest.approx(seconds, rel=0.05)


def test_children_that_were_waited_for_count() -> None:
    meter = CpuSeconds()
    mark = meter.mark()
    subprocess.run([sys.executable, "-c", BURN.format(seconds=0.2)], check=True)
    amount = meter.since(mark).amount
    assert amount is not None
    assert 0.2 <= amount < 0.6


@pytest.fixture
def busy_child() -> Iterator[subprocess.Popen[bytes]]:
    code = BURN.format(seconds=0.2) + "print('done', flush=True)\ntime.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    yield child
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def test_children_that_still_live_count(busy_child: subprocess.Popen[bytes]) -> None:
    mark = CpuSeconds().mark()
    assert busy_child.stdout is not None
    busy_child.stdout.readline()
    if not Path(f"/proc/{os.getpid()}/task").is_dir():
        assert CpuSeconds().since(mark).amount is None
        return
    # What the child used before the mark is in the mark; at least the greater part comes after it.
    amount = CpuSeconds().since(mark).amount
    assert amount is not None
    assert 0.15 <= amount < 0.6


def test_next_to_no_work_is_below_the_resolution() -> None:
    meter = CpuSeconds()
    reading = meter.since(meter.mark())
    assert reading.amount is None
    assert "below what the meter resolves" in reading.reason


def test_a_clock_that_runs_backwards_is_no_reading() -> None:
    meter = CpuSeconds()
    assert "ran backwards" in meter.since(meter.mark() + 100).reason
