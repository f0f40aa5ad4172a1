"""A web server on the loopback address that serves the files of a folder, with byte ranges, and keeps a log."""

import http.server
import re
import ssl
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    """GET alone. After `hold_after` bytes the server waits, so that a client can be interrupted in their midst."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked = self.headers.get("Range", "")
        self.server.log.append((self.path, asked))
        file = self.server.folder / self.path.lstrip("/")
        if not file.is_file():
            return self.send_error(404)
        content = file.read_bytes()
        begin = int(re.fullmatch(r"bytes=(\d+)-", asked).group(1)) if asked else 0
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        try:
            self.send_body(content[begin:])
        except OSError:  # the client went away, as it was told to
            self.close_connection = True

    def send_body(self, content):
        hold_after = self.server.hold_after
        if hold_after is not None:
            self.wfile.write(content[:hold_after])
            self.server.released.wait()
            content = content[hold_after:]
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class FileServer:
    """Serves in a thread of its own as long as the `with` block lasts."""

    def __init__(self, folder, hold_after=None, certificate=None):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.folder, self.server.hold_after, self.server.log = folder, hold_after, []
        self.server.released = threading.Event()
        self.server.daemon_threads = True
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def address(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}/"

    @property
    def log(self):
        """(path, Range header) of every request so far."""
        return self.server.log

    def release(self):
        """From now on files come without a pause."""
        self.server.hold_after = None
        self.server.released.set()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.release()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
