"""The zoom's scale from picture to picture, and what earlier pictures taught about the chart."""
