"""The terminal face: commands, their options, the live display and the tone."""

import os

# Before numpy is first imported: the matrices here are small, and a second BLAS thread would only spin.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
