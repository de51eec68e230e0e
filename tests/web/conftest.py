"""What the tests of the page stand on."""

import warnings

with warnings.catch_warnings():
    # starlette would rather have another HTTP client beneath its test client; ours does
    warnings.simplefilter("ignore")
    import starlette.testclient  # noqa: F401
