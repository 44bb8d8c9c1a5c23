"""Draws docs/pictures/editor.svg: Neovim, set up as docs/editors.md tells, on a file that smells.

    python docs/pictures/editor.py [PICTURE]

Needs Neovim 0.11 or newer (named by NVIM where it is not the `nvim` on PATH), tmux and `smelllint` on PATH.
Neovim runs in a terminal of its own, and the screen is drawn as it is: nothing in it is made up.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

CHECKOUT = Path(__file__).parent.parent.parent
PAGE = CHECKOUT / "docs" / "editors.md"
PROGRAM = CHECKOUT / "rules" / "unbatched-encode" / "smelly.py"
COLUMNS, ROWS = 134, 32
PATIENCE = 60  # seconds
SETUP = re.compile(r"### Neovim 0.11 or newer\n\n```lua\n(.*?)```", re.DOTALL)
LOOK = """
vim.o.termguicolors, vim.o.background, vim.o.number, vim.o.signcolumn = true, 'dark', true, 'yes'
vim.o.laststatus, vim.o.ruler, vim.o.shortmess = 0, false, 'filnxtToOFI'
vim.lsp.inlay_hint.enable(true)
vim.api.nvim_set_hl(0, 'LspInlayHint', { fg = '#9b9ead', italic = true })
vim.diagnostic.config({ virtual_lines = { current_line = true }, signs = true })
vim.keymap.set('n', 'K', function()
  vim.lsp.buf.hover({ border = 'rounded', max_height = 16, max_width = 112, offset_y = 1, offset_x = 6 })
end)
vim.api.nvim_create_autocmd('VimEnter', { callback = function() vim.fn.search('encoder.encode') end })
"""
# Black on white would do as well: the picture brings its own ground, and is readable on any page.
THEME = TerminalTheme((20, 22, 27), (224, 226, 234), [(7, 8, 13)] * 8, [(224, 226, 234)] * 8)


class Terminal:
    """A screen of tmux's, in which a command runs."""

    def __init__(self, folder: Path, command: str) -> None:
        self.socket = f"smelllint-{os.getpid()}"
        self.configuration = folder / "tmux.conf"
        self.configuration.write_text(
            'set -g default-terminal "tmux-256color"\nset -ga terminal-features ",*:RGB"\nset -g status off\n'
        )
        size = ["-x", str(COLUMNS), "-y", str(ROWS)]
        self.tmux("new-session", "-d", *size, "-c", str(folder), command)

    def tmux(self, *words: str) -> str:
        command = ["tmux", "-L", self.socket, "-f", str(self.configuration), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def type(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def screen(self) -> str:
        """What it shows, with its colours."""
        return self.tmux("capture-pane", "-p", "-e")

    def wait(self, condition: Callable[[str], bool]) -> str:
        """What it shows once that meets a condition."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            screen = self.screen()
            if condition(Text.from_ansi(screen).plain):
                return screen
            time.sleep(0.2)
        raise SystemExit(f"waited too long; the screen shows\n{Text.from_ansi(self.screen()).plain}")

    def close(self) -> None:
        self.tmux("kill-server")


def photograph() -> str:
    """Open the program, wait for its finding, and ask what the editor knows of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(PROGRAM, folder / "search.py")
        (folder / "smelllint.toml").touch()
        setup = SETUP.search(PAGE.read_text(encoding="utf-8"))
        assert setup is not None
        (folder / "init.lua").write_text(LOOK + setup[1])
        editor = os.environ.get("NVIM", "nvim")
        # Evidence of this machine's own is left out: readers have what is shipped.
        command = f"SMELLLINT_DATA_DIR={folder / 'data'} {editor} -u init.lua -i NONE -n search.py"
        terminal = Terminal(folder, command)
        try:
            terminal.wait(lambda shown: "encoder.encode" in shown)
            terminal.type("11k", "zt", "11j")  # with room for the page below
            terminal.wait(lambda shown: "runs once for every text" in shown)
            terminal.type("K")
            return terminal.wait(lambda shown: "Measured: saves" in shown)
        finally:
            terminal.close()


def drawn(screen: str) -> str:
    """A screen as a picture that fetches nothing."""
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text.from_ansi(screen), end="")
    picture = console.export_svg(title="search.py: Neovim with smelllint", theme=THEME, unique_id="editor")
    return re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("editor.svg")
    target.write_text(drawn(photograph()), encoding="utf-8")
