"""The virtual camera on the network: its pictures, its motors by many protocols, and faults on request."""
