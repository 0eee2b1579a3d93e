"""A browser without eyes, for the rigs that ask the app over HTTP."""

import http.cookiejar
import secrets
import socket
import time
import urllib.error
import urllib.parse
import urllib.request


class Client:
    """One browser: it keeps cookies, sends the token that forms carry, and follows where it is led."""

    NAME, PASSWORD = "lin", "tea with three clouds"

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def get(self, path: str) -> str:
        """Return a page."""
        with self._opener.open(self._base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, form: dict[str, str]) -> str:
        """Send a form and return the page that answers."""
        data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": self._token()}).encode()
        request = urllib.request.Request(self._base + path, data=data)  # noqa: S310  (our own server)
        with self._opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    def upload(self, path: str, name: str, content: str) -> str:
        """Send a file and return the page that answers."""
        edge = secrets.token_hex(12)
        field = 'Content-Disposition: form-data; name="'
        token = f'--{edge}\r\n{field}csrfmiddlewaretoken"\r\n\r\n{self._token()}\r\n'
        head = f'--{edge}\r\n{field}file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
        data = f"{token}{head}{content}\r\n--{edge}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        request = urllib.request.Request(self._base + path, data=data, headers=headers)  # noqa: S310
        with self._opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    def wait(self) -> None:
        """Wait until the server answers."""
        for _ in range(240):
            try:
                self.get("/login/")
            except (urllib.error.URLError, OSError):
                time.sleep(0.25)
            else:
                return
        raise SystemExit("the server does not answer")

    def enter(self) -> None:
        """Log in."""
        self.get("/login/")
        self.post("/login/", {"username": self.NAME, "password": self.PASSWORD})

    def _token(self) -> str:
        return next((cookie.value or "" for cookie in self._jar if cookie.name == "csrftoken"), "")


def free_port() -> int:
    """Return a port of this machine that nobody listens to."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])
