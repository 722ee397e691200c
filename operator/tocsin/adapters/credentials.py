"""
Who we are at which API server, and how we know that it is the right one.

Credentials are read from files and read again when these change: service-account
tokens live an hour, and certificate authorities are rotated. No token ever enters
a message, a `repr` or a log. In a cluster nothing but the mounted files is used.
"""

from __future__ import annotations

import base64
import contextlib
import os
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
RECHECK_SECONDS = 10.0
"""How long what was read from a file is used without looking again."""


class CredentialsError(ValueError):
    """No usable credentials; the message names the file, the field and the remedy."""


class Credentials(Protocol):
    """One identity at one API server. Safe to use from several threads."""

    server: str
    namespace: str
    tls: ssl.SSLContext | None
    proxy: str | None

    async def authorization(self) -> str | None:
        """Give the current Authorization header; None where the certificate says who we are."""
        ...

    async def renew(self) -> bool:
        """Read everything again, after a 401; tells whether the header changed."""
        ...


@dataclass(frozen=True)
class TrustFiles:
    """
    Where certificates and keys come from, as paths or PEM texts.

    `ca_file` and `ca_data` exclude each other, and so do the two client pairs;
    `insecure` trusts any server (a kubeconfig may say so).
    """

    ca_file: Path | None = None
    ca_data: str | None = field(default=None, repr=False)
    certificate: Path | str | None = field(default=None, repr=False)
    key: Path | str | None = field(default=None, repr=False)
    insecure: bool = False

    def context(self) -> ssl.SSLContext:
        """Make the TLS context; CredentialsError names the file that cannot be read."""
        try:
            context = ssl.create_default_context(
                cafile=None if self.ca_file is None else str(self.ca_file), cadata=self.ca_data
            )
            # Since Python 3.13 this flag is on; the authorities that kubeadm and others make
            # lack the extensions it asks for.
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if self.insecure:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            self.load_into(context)
        except (OSError, ssl.SSLError, ValueError) as error:
            which = self.ca_file or "the client certificate"
            raise CredentialsError(
                f"{which}: cannot be used for TLS ({type(error).__name__}); "
                "check that the file exists and holds PEM certificates"
            ) from error
        return context

    def load_into(self, context: ssl.SSLContext) -> None:
        """Load what may have changed into a context that is in use; new connections see it."""
        if self.ca_file is not None:
            context.load_verify_locations(cafile=str(self.ca_file))
        with _as_file(self.certificate) as certificate, _as_file(self.key) as key:
            if certificate is not None:
                context.load_cert_chain(certificate, key)

    def stamp(self) -> tuple[int, ...]:
        """Say when the files were written, to notice a rotation."""
        paths = [p for p in (self.ca_file, self.certificate, self.key) if isinstance(p, Path)]
        return tuple(path.stat().st_mtime_ns for path in paths)


@contextlib.contextmanager
def _as_file(pem: Path | str | None) -> Iterator[Path | None]:
    """A PEM text as a file that its owner alone can read, for as long as it is needed."""
    if not isinstance(pem, str):
        yield pem
        return
    descriptor, made = tempfile.mkstemp()
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(pem)
        yield Path(made)
    finally:
        Path(made).unlink(missing_ok=True)


class FileCredentials:
    """Credentials from fixed values and files; satisfies `Credentials`."""

    def __init__(
        self,
        server: str,
        *,
        trust: TrustFiles | None,
        token: str | None = None,
        token_file: Path | None = None,
        basic: tuple[str, str] | None = None,
        namespace: str = "default",
        proxy: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server.rstrip("/")
        self.namespace = namespace
        self.proxy = proxy
        self._trust = trust if self.server.startswith("https:") else None
        self.tls = None if self._trust is None else self._trust.context()
        self._stamp = () if self._trust is None else self._trust.stamp()
        self._token_file = token_file
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._header: str | None = None
        if token:
            self._header = f"Bearer {token}"
        elif basic is not None:
            pair = base64.b64encode(":".join(basic).encode()).decode()
            self._header = f"Basic {pair}"
        self._due = monotonic() + RECHECK_SECONDS
        if token_file is not None:
            self._header = f"Bearer {_token(token_file)}"

    async def authorization(self) -> str | None:
        """Give the Authorization header; files are looked at every 10 s (see `Credentials`)."""
        if self._monotonic() >= self._due:
            self._read_again()
        return self._header

    async def renew(self) -> bool:
        """Read the files now; see `Credentials`."""
        before = self._header
        self._read_again()
        return self._header != before

    def _read_again(self) -> None:
        with self._lock:
            self._due = self._monotonic() + RECHECK_SECONDS
            # In the middle of a rotation a file may be missing: what is loaded still holds.
            with contextlib.suppress(CredentialsError):
                if self._token_file is not None:
                    self._header = f"Bearer {_token(self._token_file)}"
            with contextlib.suppress(OSError, ssl.SSLError):
                if self._trust is not None and self.tls is not None:
                    stamp = self._trust.stamp()
                    if stamp != self._stamp:
                        self._trust.load_into(self.tls)
                        self._stamp = stamp


def _token(path: Path) -> str:
    try:
        token = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsError(f"{path}: the token cannot be read; check its mount") from error
    if not token or not token.isascii() or any(c.isspace() for c in token):
        raise CredentialsError(f"{path}: holds no token; check its mount")
    return token


def in_cluster(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> FileCredentials:
    """Log in with the pod's service account; CredentialsError outside a pod."""
    host = environment.get("KUBERNETES_SERVICE_HOST")
    if not host:
        raise CredentialsError(
            "no cluster found: KUBERNETES_SERVICE_HOST is not set, so this is no pod; "
            "give --kubeconfig or set KUBECONFIG"
        )
    port = environment.get("KUBERNETES_SERVICE_PORT", "443")
    namespace = folder / "namespace"
    return FileCredentials(
        f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        trust=TrustFiles(ca_file=folder / "ca.crt"),
        token_file=folder / "token",
        namespace=namespace.read_text().strip() if namespace.exists() else "default",
    )
