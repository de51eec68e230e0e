"""Scenes to point the virtual camera at instead of a chart, sharp at every zoom position.

How the pieces hang together: `sheet` draws on one sheet of samples, the kinds (`printed`, `grown`, `built`,
`people`, `poor`) say what; `plane` holds the sheets of all zoom positions, each the reduction of the finer
one where that one reaches; `scene` cuts from them what the camera looks at.
"""
