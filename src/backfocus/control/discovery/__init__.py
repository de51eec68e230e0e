"""Who is there on the network, and what to write to reach them."""
