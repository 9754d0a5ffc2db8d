"""Shards of a scan joined to the whole, as if it had been run at once."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from wayside.errors import InputError
from wayside.files import printable, whole_file
from wayside.scanning.partitions import FOLDER, Partition
from wayside.scanning.record import NAME, Record, read_record, require_same


def merge(folders: Sequence[Path], out: Path) -> Record:
    """Join shards of a scan.

    Parameters
    ----------
    folders
        Folders of the shards.
    out
        Folder of the whole; made if it is not there.

    Returns
    -------
    Record
        What it holds.

    Raises
    ------
    InputError
        If shards are of other inputs, overlap, are damaged, or partitions are missing.
    OutputError
        If a file cannot be written.
    """
    if not folders:
        raise InputError("--merge: no folder of a shard")
    if out.resolve() in {folder.resolve() for folder in folders}:
        raise InputError(f"--out {printable(out)}: is one of the shards; name another folder")
    records = [read_record(folder) for folder in folders]
    first = records[0]
    owners: dict[int, Path] = {}
    partitions: dict[int, Partition] = {}
    for folder, record in zip(folders, records, strict=True):
        require_same(folder, record, first.inputs, first.digest)
        for partition in record.partitions:
            other = owners.setdefault(partition.number, folder)
            if partition.number in partitions:
                raise InputError(
                    f"{printable(folder)}: partition {partition.number} is in {printable(other)}"
                    " too"
                )
            partitions[partition.number] = partition
    missing = [number for number in range(first.total) if number not in partitions]
    if missing:
        raise InputError(
            f"{len(missing)} of {first.total} partitions are in none of the shards, the first is"
            f" {missing[0]}; run what is missing with the same --out"
        )
    if (out / NAME).exists():
        require_same(out, read_record(out), first.inputs, first.digest)
    for number, partition in partitions.items():
        _copy(owners[number], partition, out)
    whole = first.with_partitions(partitions.values())
    whole.write(out)
    return whole


def _copy(folder: Path, partition: Partition, out: Path) -> None:
    """Copy a partition whose content is what the record says."""
    source = folder / partition.file
    try:
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
    except OSError:
        digest = ""
    if digest != partition.sha256:
        raise InputError(f"{printable(source)}: missing or damaged; run the shard again to mend it")
    with whole_file(out / FOLDER / source.name) as unfinished:
        shutil.copyfile(source, unfinished)
