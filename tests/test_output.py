from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from kg.errors import OutputError, StoreError
from kg.output import sync_folder, write_file, writing


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "graph.ttl"

    write_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert names(path.parent) == ["graph.ttl"]


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()

    write_file(tmp_path / "graph.ttl", b"new")

    assert (tmp_path / "graph.ttl").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.touch()
    path.chmod(0o640)

    write_file(path, b"new")

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.ttl").write_bytes(b"old")
    (tmp_path / "link.ttl").symlink_to("real.ttl")

    write_file(tmp_path / "link.ttl", b"new")

    assert (tmp_path / "link.ttl").is_symlink()
    assert (tmp_path / "real.ttl").read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.ttl"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fdopen", full_disk)

    with pytest.raises(OutputError, match=r"graph\.ttl: cannot be written: No space left on device"):
        write_file(path, b"new")

    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["graph.ttl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_is_written_to_directly() -> None:
    with pytest.raises(OutputError, match="/dev/full: cannot be written: No space left on device"):
        write_file(Path("/dev/full"), b"new")

    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match=r"graph\.ttl: cannot be written"):
        write_file(tmp_path / "file" / "graph.ttl", b"new")


# What the system says


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_what_cannot_be_written_names_the_place(tmp_path: Path, code: int) -> None:
    with (
        pytest.raises(OutputError, match=f"out: cannot be written: {os.strerror(code)}") as raised,
        writing(tmp_path / "out"),
    ):
        raise OSError(code, os.strerror(code), "somewhere inside")

    assert raised.value.where == str(tmp_path / "out")
    assert "\n" not in str(raised.value)


def test_an_error_inside_the_place_names_the_place_the_user_knows(tmp_path: Path) -> None:
    inside = OutputError(
        str(tmp_path / "out" / "store"), "cannot be written: Disk quota exceeded", "more room"
    )

    with pytest.raises(OutputError) as raised, writing(tmp_path / "out"):
        raise inside

    assert str(raised.value) == f"{tmp_path / 'out'}: cannot be written: Disk quota exceeded; more room"


@pytest.mark.parametrize(
    "error", [StoreError("store", "broken"), KeyboardInterrupt(), BrokenPipeError(), ValueError("mine")]
)
def test_what_is_no_matter_of_the_place_goes_through(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, writing(tmp_path):
        raise error

    assert raised.value is error


# To the disk


@pytest.mark.parametrize(("files", "expected"), [(True, {"one", "two", "folder"}), (False, {"folder"})])
def test_a_folder_is_forced_to_the_disk_with_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: bool, expected: set[str]
) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    for name in ("one", "two"):
        (folder / name).touch()
    (folder / "link").symlink_to("nowhere")
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: forced.append(os.fstat(handle).st_ino))

    sync_folder(folder, files=files)

    names = {
        path.stat().st_ino: path.name for path in (folder, folder / "one", folder / "two", folder / "inner")
    }
    assert {names[number] for number in forced} == expected
    assert names[forced[-1]] == "folder"


def test_a_system_that_opens_no_folders_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", lambda *_: (_ for _ in ()).throw(PermissionError()))

    sync_folder(tmp_path)
