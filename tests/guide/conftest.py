"""The paper bench for every test of this folder, and the records hypothesis makes of the guide's types."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
