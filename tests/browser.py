"""A real browser without a window: opens a page, looks at it, tells what it logged and asked for."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PATIENCE: Final = 120.0
FLAGS: Final = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """Chromium, spoken to over two pipes in its own protocol."""

    def __init__(self, home: Path) -> None:
        self._count = 0
        self._rest = b""
        self._session = ""
        self.events: list[dict[str, Any]] = []
        read_there, self._write = os.pipe()
        self._read, write_there = os.pipe()

        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        script = f'exec 3<&{read_there} 4>&{write_there}; exec "$0" "$@"'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", script, CHROMIUM, *FLAGS, *sandbox, f"--user-data-dir={home}", "about:blank"],
            pass_fds=(read_there, write_there),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_there)
        os.close(write_there)

    def __enter__(self) -> Self:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def open(self, page: Path) -> None:
        """Open a file and wait until it is loaded."""
        self.ask("Page.navigate", url=page.as_uri())
        end = time.monotonic() + PATIENCE
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._hear(end)

    def value(self, expression: str) -> Any:
        """Return what a JavaScript expression is worth in the page; None if that is nothing."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something and return its answer."""
        self._count += 1
        number = self._count
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while True:
            heard = self._hear(end)
            if heard.get("id") == number:
                assert "error" not in heard, heard["error"]
                return dict(heard["result"])

    def pdf(self) -> bytes:
        """Return the page as PDF, as its own style wants it printed."""
        answer = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(answer["data"])

    def messages(self) -> list[str]:
        """Return what the page logged, errors of its security policy included."""
        messages = [event["params"]["entry"]["text"] for event in self.events if event["method"] == "Log.entryAdded"]
        return messages + [
            str(e["params"])
            for e in self.events
            if e["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        ]

    def addresses(self) -> list[str]:
        """Return the addresses that the page asked for."""
        return [e["params"]["request"]["url"] for e in self.events if e["method"] == "Network.requestWillBeSent"]

    def _hear(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert time.monotonic() < end, "the browser does not answer"
            if select.select([self._read], [], [], 0.5)[0]:
                part = os.read(self._read, 1 << 16)
                assert part, "the browser has ended"
                self._rest += part
        text, self._rest = self._rest.split(b"\0", 1)
        heard = dict(json.loads(text))
        if "method" in heard:
            self.events.append(heard)
        return heard
