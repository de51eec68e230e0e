"""USB cameras on Linux: the kernel's structures, and the lens behind them."""
