"""`tickler engine install`: the unit of this very command and store, and what to type next."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.actors import login_name
from tests.tickler.conftest import Cli


@pytest.fixture
def store(no_store: Path) -> Path:
    """A unit may name a store that is not there yet."""
    return no_store


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "argv", ["/no/such/tickler"])
    return tmp_path / "config" / "systemd" / "user"


def test_print_shows_the_unit_and_writes_nothing(cli: Cli, store: Path, folder: Path) -> None:
    said = cli("engine", "install", "--print")
    assert (said.status, said.err) == (0, "")
    assert f'ExecStart="{sys.executable}" "-m" "tickler" "--store" "{store}" "engine"' in said.out.splitlines()
    assert not folder.exists()
    assert not store.exists()


def test_a_script_is_started_by_its_full_path(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "tickler"
    script.touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["./tickler"])
    assert f'ExecStart="{script}" "--store" ' in cli("engine", "install", "--print").out


def test_it_says_what_to_type_next(cli: Cli, store: Path, folder: Path) -> None:
    said = cli("engine", "install", "--user-unit")
    assert said.status == 0
    assert said.out.splitlines() == [
        f"wrote {folder}/tickler.service",
        "next:",
        "  systemctl --user daemon-reload",
        "  systemctl --user enable --now tickler.service",
        f"  loginctl enable-linger {login_name()}",
        "With lingering it goes on after you log out; `tickler doctor` says whether it is on.",
    ]
    again = cli("engine", "install", "--json").json
    assert (again["done"], again["unit"]) == ("unchanged", f"{folder}/tickler.service")
    other = cli("engine", "install", "--store", str(store.parent / "my shop.db"), "--json").json
    assert other["done"] == "wrote"
    assert Path(other["unit"]).name.startswith("tickler-myshop-")


def test_uninstall(cli: Cli, folder: Path) -> None:
    assert cli("engine", "install", "--uninstall").status == 1
    cli("engine", "install")
    said = cli("engine", "install", "--uninstall")
    assert said.out.splitlines()[0] == f"removed {folder}/tickler.service"
    assert list(folder.iterdir()) == []


def test_what_makes_no_sense(cli: Cli, folder: Path) -> None:
    assert cli("engine", "install", "--force").status == 2
    assert cli("engine", "install", "--at", "2025-01-01T00:00").status == 2
    folder.mkdir(parents=True)
    (folder / "tickler.service").write_text("mine")
    said = cli("engine", "install")
    assert said.status == 1
    assert said.err.endswith("was not written by tickler; move it away first.\n")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_to_complain_of(cli: Cli, folder: Path) -> None:
    cli("engine", "install")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(folder / "tickler.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "tickler.service" not in checked.stderr, checked.stderr
