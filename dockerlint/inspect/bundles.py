"""What a zip archive holds, apart from when that was made: a .jar, .war, .whl or .zip."""

from __future__ import annotations

import hashlib
import zipfile

from dockerlint.frozen import record
from dockerlint.inspect import jars

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from dockerlint.inspect.jars import Java

MAGIC = b"PK\x03\x04"
# Archives with more members than this are not told apart by them.
_MEMBERS = 200_000


@record
class Bundle:
    """An archive; two with the same `digest` have the same members in the same order: name, size, CRC-32, mode
    and comment of each. Only times differ, and how well they are compressed. `java` is what one of Java says."""

    digest: str
    java: Java | None = None


def read(content: BinaryIO) -> Bundle | None:
    """The archive, None for what is none or is damaged."""
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
            if len(members) > _MEMBERS:
                return None
            sum_ = hashlib.sha256()
            for one in members:
                sum_.update(
                    repr((one.filename, one.file_size, one.CRC, one.external_attr, one.comment)).encode(
                        "utf-8", "surrogatepass"
                    )
                )
            sum_.update(archive.comment)
            java = jars.of_archive(archive)
    except (
        zipfile.BadZipFile,
        ValueError,
        LookupError,
        OSError,
        EOFError,
        NotImplementedError,
        OverflowError,
    ):
        return None
    return Bundle(sum_.hexdigest(), java)
