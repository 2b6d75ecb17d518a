"""`python -m bench.compare REVISION`: every figure of this tree beside the same figure of another commit.

Both are measured in turn, twice each, so that what disturbs one disturbs the other; the lower of two counts.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TIMES = 2
HERE = Path(__file__).parents[1]
VENDOR = Path("core/static/vendor")


def main(revision: str) -> None:
    """Print a table of both, with the ratio of this tree to the other."""
    with other_tree(revision) as there:
        runs = [(_figures(HERE), _figures(there)) for _n in range(TIMES)]
    print(f"{'figure':<58} {'here':>10} {revision[:10]:>10} {'ratio':>6}")
    for name in runs[0][0]:
        ours = min(here[name] for here, _there in runs)
        theirs = min((there[name] for _here, there in runs if name in there), default=None)
        told = f"{theirs:>10.2f} {ours / theirs:>6.2f}" if theirs else f"{'–':>10} {'':>6}"
        print(f"{name:<58} {ours:>10.2f} {told}")


@contextmanager
def other_tree(revision: str) -> Iterator[Path]:
    """A work tree of another commit, with the front-end files of this one."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, revision], cwd=HERE, check=True)
        try:
            shutil.copytree(HERE / VENDOR, tree / VENDOR)
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=HERE, check=True)


def _figures(tree: Path) -> dict[str, float]:
    """The figures `python -m bench` tells in this tree, by name."""
    done = subprocess.run([sys.executable, "-m", "bench"], cwd=tree, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"the benchmark told nothing in {tree}:\n{done.stderr[-2000:]}")
    return {line["name"]: line["value"] for line in lines}


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "HEAD~1")
