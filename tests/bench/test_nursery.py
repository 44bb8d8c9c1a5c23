"""Workers that are forked from a process which has imported for them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from smelllint.bench import environment, nursery
from smelllint.bench.arm import Arm, ArmError
from smelllint.bench.meters import CpuSeconds
from smelllint.bench.nursery import Nurseries, Nursery
from smelllint.bench.protocol import Setting

from .conftest import ONCE

pytestmark = pytest.mark.filterwarnings("error")

LOAD = {"device": "cpu", "meter": "cpu-seconds", "seed": 0, "size": {}}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Nursery]:
    with Nursery(tmp_path, {**environment.pinned(3), "PYTHONPATH": path_with(tmp_path)}) as one:
        yield one


def path_with(folder: Path) -> str:
    return os.pathsep.join([str(folder), environment.pinned(0)["PYTHONPATH"]])


def arm_file(folder: Path, source: str) -> str:
    path = folder / "lean.py"
    path.write_text(source)
    return str(path)


def test_a_forked_worker_has_the_imports_and_its_own_clock(own: Nursery, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import time\nbusy = time.process_time() + 0.3\nwhile time.process_time() < busy: pass\n"
    )
    source = ONCE.replace(
        "    return total",
        "    import os, sys, time\n    loaded = 'slow' in sys.modules\n"
        "    return [loaded, os.getsid(0) == os.getpid(), time.process_time() < 0.3]",
    )
    assert own.ready_for(["slow", "no_such_module"])
    with Arm("pair lean", own.fork()) as arm, Arm("pair again", own.fork()) as other:
        for one in (arm, other):
            one.ask("load", path=arm_file(tmp_path, source), **LOAD)
        kept = str(tmp_path / "kept")
        arm.ask("agree", keep=kept)
        assert other.ask("agree", against=kept)["agreement"]["kind"] == "identical"
        assert arm.process.pid != other.process.pid
    import pickle

    leaves, _ = pickle.loads(Path(kept).read_bytes())
    assert [value for _, value in leaves] == [True, True, True]


def test_a_process_with_threads_is_not_to_be_forked(own: Nursery, tmp_path: Path) -> None:
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    assert own.ready_for(["json"])
    assert not own.ready_for(["threaded"])


def test_a_killed_worker_is_told_by_its_signal(own: Nursery, tmp_path: Path) -> None:
    source = ONCE.replace("    return total", "    import os\n    os.kill(os.getpid(), 9)")
    with Arm("pair lean", own.fork()) as arm:
        arm.ask("load", path=arm_file(tmp_path, source), **LOAD)
        with pytest.raises(ArmError, match=r"pair lean died .killed by SIGKILL"):
            arm.ask("agree")


def test_a_worker_that_says_goodbye_ends_by_itself(own: Nursery) -> None:
    process = own.fork()
    arm = Arm("pair lean", process)
    arm.close()
    assert process.wait() == 0


def test_a_worker_that_works_on_is_not_waited_for_in_vain(own: Nursery) -> None:
    process = own.fork()
    with Arm("pair lean", process), pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)


def test_a_dead_nursery_takes_its_workers_along_and_says_so(own: Nursery) -> None:
    process = own.fork()
    with Arm("pair lean", process) as arm:
        os.kill(own.process.pid, signal.SIGKILL)
        own.process.wait()
        with pytest.raises(ArmError, match=r"pair lean died .killed by SIGKILL"):
            arm.ask("modules")
    with pytest.raises(ArmError, match="the process that imports for the arms"):
        own.fork()


def test_nurseries_are_kept_by_seed_and_closed_together(tmp_path: Path) -> None:
    with Nurseries() as kept:
        first = kept.of(1, tmp_path, environment.pinned(1))
        assert kept.of(1, tmp_path, environment.pinned(1)) is first
        other = kept.of(2, tmp_path, environment.pinned(2))
        assert other.process.pid != first.process.pid
    assert first.process.returncode == other.process.returncode == -signal.SIGKILL


def test_versions_are_those_of_the_pair_and_not_of_other_rules(tmp_path: Path) -> None:
    setting = Setting("cpu", CpuSeconds(), environment.pinned, tmp_path, ["torch", "torch.nn", "numpy"])
    assert setting.own({"torch": "2", "numpy": "1", "keras": "3"}) == {"torch": "2", "numpy": "1"}


def test_long_lists_of_modules_arrive_whole(own: Nursery) -> None:
    assert nursery.FORKS
    assert own.ready_for([f"no_such_module_{number:050}" for number in range(20_000)])
