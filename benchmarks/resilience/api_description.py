"""schemathesis over the API: requests made from its own description, valid ones and others, against a real server.

`python benchmarks/resilience/api_description.py --schemathesis /path/to/schemathesis`; install that elsewhere, since it
brings many packages: `python -m venv st && st/bin/pip install schemathesis`. Ends with 1 if it finds anything.
"""

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.serving.servers import FULL, running, site
from classifier.locations import default_checkpoint
from web.api.openapi import BASE

# All but one of schemathesis's checks: to it every file is a valid photo, which should be taken.
LEFT_OUT = "positive_data_acceptance"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--schemathesis", default="schemathesis", help="its command (default: schemathesis)")
    parser.add_argument("--examples", type=int, default=300, help="requests for each operation (default: 300)")
    args = parser.parse_args()
    with running(site("the site", FULL, default_checkpoint())) as server:
        description = f"http://127.0.0.1:{server.port}{BASE}/openapi.json"
        chosen = ["--checks", "all", "--exclude-checks", LEFT_OUT, "--mode", "all", "--seed", "1"]
        command = [args.schemathesis, "run", description, *chosen, "--max-examples", str(args.examples)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
