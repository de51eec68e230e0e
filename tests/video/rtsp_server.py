"""A camera's RTSP server out of GStreamer: rtsp_server.py PORT [USER:PASSWORD] [udp] [picture=PNG].

Prints `ready PORT` once it listens; serves a moving test picture of 320 x 180 at 25 fps under /star, or the
PNG named.
Ends with status 77 and the reason where GStreamer's parts are missing.
"""

import sys

BALL = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=25/1"
STILL = (
    'filesrc location="{}" ! pngdec ! imagefreeze is-live=true ! video/x-raw,framerate=25/1'
    " ! videoconvert ! video/x-raw,format=I420"
)
PIPELINE = (
    "( {} ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=5 bitrate=800"
    " ! rtph264pay name=pay0 pt=96 )"
)

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
except (ImportError, ValueError) as fault:
    print(f"the GStreamer RTSP server is not installed: {fault}")
    sys.exit(77)

Gst.init(None)
for part in ("videotestsrc", "pngdec", "imagefreeze", "x264enc", "rtph264pay"):
    if Gst.ElementFactory.find(part) is None:
        print(f"GStreamer has no {part}")
        sys.exit(77)


def main(port, *options):
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    pictures = [option.partition("=")[2] for option in options if option.startswith("picture=")]
    factory.set_launch(PIPELINE.format(STILL.format(*pictures) if pictures else BALL))
    factory.set_shared(True)
    factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP if "udp" in options else GstRtsp.RTSPLowerTrans.TCP)
    for option in options:
        if ":" in option and "=" not in option:
            protect(server, factory, *option.split(":"))
    server.get_mount_points().add_factory("/star", factory)
    if not server.attach(None):
        sys.exit(f"port {port} is taken")
    print(f"ready {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


def protect(server, factory, user, password):
    role = "operator"
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, role)
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    allowed = GstRtspServer.RTSPPermissions()
    for permission in (
        GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS,
        GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
    ):
        allowed.add_permission_for_role(role, permission, True)
    factory.set_permissions(allowed)


main(*sys.argv[1:])
