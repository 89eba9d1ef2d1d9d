"""Write what is generated, or say with --check what differs from it."""

import sys

from lagoa.errors import LagoaError
from lagoa.reference import drifted, write
from lagoa.settings import PROJECT

if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["--check"]:
            if problems := drifted(PROJECT):
                sys.exit("\n".join(problems))
        else:
            write(PROJECT)
    except LagoaError as error:
        sys.exit(str(error))
