"""VISCA: its packets, a conversation in them, the wires that carry it, and the lens behind them."""
