"""The page in a real browser: Debian's chromium drawing in software, driven by playwright. Skipped where there is none."""

import io
import os
import shutil
import struct
import threading
import time
import zlib
from contextlib import contextmanager

import made_up
import numpy as np
import pytest

from cupola.core.errors import Fault
from cupola.service.frames import encode_frame
from cupola.service.serve import start

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install 'cupola[test]'")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt-get install chromium libgl1-mesa-dri")
FLAGS = (
    "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync "
    "--use-gl=angle --use-angle={gl} {more}"
)
MESA = ("gl-egl", "--ignore-gpu-blocklist")
SWIFTSHADER = ("swiftshader", "--enable-unsafe-swiftshader")
PATIENCE_MS = 90_000


class Run:
    """A made-up run of 20,000 objects published into a hub from a thread, two frames a second, until told to stop."""

    def __init__(self, launches: int = 1000, at: float = 900.0) -> None:
        self.raid = made_up.make_raid(launches)
        cards, self.position, self.velocity = made_up.sample_sensors()
        self.hub = made_up.sample_hub(cards, self.position)
        self.t = at
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._publish, daemon=True)

    def _publish(self) -> None:
        self.hub.publish_events(*made_up.new_events(self.raid, -1.0, self.t))
        while not self._stop.wait(0.5):
            self.t += 1.0
            sensors = made_up.sensors_at(self.position, self.velocity, self.t)
            self.hub.publish_frame(encode_frame(made_up.picture_at(self.raid, self.t), time.time(), speed=2.0, sensors=sensors))

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(10)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as p:
        mesa = any(os.path.exists(f"/usr/lib/{d}/dri/swrast_dri.so") for d in ("x86_64-linux-gnu", "aarch64-linux-gnu"))
        gl, more = MESA if mesa else SWIFTSHADER
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS.format(gl=gl, more=more).split())
        yield browser
        browser.close()


@contextmanager
def opened(browser, url, width=640, height=360):
    """A page with a log of what it must not do: console errors, exceptions, requests that leave this machine."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.wrong = []
    page.on(
        "console",
        lambda m: (
            page.wrong.append(f"console {m.type}: {m.text}") if m.type in ("error", "warning") and not noise(m.text) else None
        ),
    )
    page.on("pageerror", lambda e: page.wrong.append(f"exception: {e}"))
    page.on(
        "request", lambda r: page.wrong.append(f"outside: {r.url}") if not r.url.startswith((url, "data:", f"blob:{url}")) else None
    )
    page.goto(url + "?quality=lean", timeout=PATIENCE_MS)
    try:
        yield page
    finally:
        page.close()


def noise(text: str) -> bool:
    """The graphics driver's own performance remarks on reading pixels back."""
    return "GL Driver Message" in text or "ReadPixels" in text


def status(page) -> dict:
    return page.evaluate("window.__st")


def until(page, condition: str) -> None:
    page.wait_for_function(f"() => {{ const st = window.__st; return st && ({condition}); }}", timeout=PATIENCE_MS)


def pixels(page) -> np.ndarray:
    """The middle of the screen as numbers, ``(h, w, 3)``; a PNG reader of twenty lines instead of an image library."""
    png = io.BytesIO(page.screenshot(clip={"x": 240, "y": 90, "width": 160, "height": 160}, timeout=PATIENCE_MS))
    png.seek(8)
    data = b""
    while head := png.read(8):
        size, kind = struct.unpack(">I4s", head)
        body = png.read(size)
        png.read(4)
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack(">IIBB", body[:10])
        elif kind == b"IDAT":
            data += body
    depth = {2: 3, 6: 4}[colour]
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * depth)
    return unfiltered(rows, depth).reshape(height, width, depth)[:, :, :3]


def unfiltered(rows: np.ndarray, depth: int) -> np.ndarray:
    """PNG (second edition, section 9) scan-line filters undone."""
    out = np.zeros((len(rows), rows.shape[1] - 1), np.int64)
    for y, row in enumerate(rows):
        kind, line = row[0], row[1:].astype(np.int64)
        up = out[y - 1] if y else np.zeros_like(line)
        for x in range(len(line)):
            a, b, c = (out[y, x - depth] if x >= depth else 0), up[x], (up[x - depth] if x >= depth else 0)
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            out[y, x] = (line[x] + (0, a, b, (a + b) // 2, nearest)[kind]) % 256
    return out


def test_the_page_shows_the_run(browser):
    run = Run()
    with start(run.hub, port=0) as server, opened(browser, server.url) as page:
        until(page, "st.ready")
        assert page.get_by_text("Preparing scenario").is_visible()
        run.begin()
        until(page, "st.frames > 3 && st.tracks === 20000")
        assert page.locator("#banner").inner_text() == "SIMULATION"
        assert page.locator("#preparing").is_hidden()
        assert page.locator("#mode").inner_text() == "LIVE"
        page.wait_for_function("document.getElementById('total').textContent.replace(/\\D/g, '') === '20000'", timeout=PATIENCE_MS)
        shown = pixels(page)
        assert shown.std() > 8.0
        assert (shown.max(axis=2) > 40).mean() > 0.2  # not black
        assert status(page)["points"] == "own"  # the canary: our primitives run on the pinned Cesium

        run.hub.publish_frame(b"not a frame")
        until(page, "st.bad === 1")
        page.get_by_text("1 frame not readable").wait_for(timeout=PATIENCE_MS)
        before = status(page)["frames"]
        until(page, f"st.frames > {before}")  # and it goes on

        run.end()
        chain = {"not engaged": 3, "out of reach": 17}
        run.hub.finish(
            {"scenario": "sample", "seed": 1, "picture": None, "alerts": {"alerted": 1000, "missed": None}, "chain": chain}
        )
        page.locator("#summary").get_by_text("Run ended").wait_for(timeout=PATIENCE_MS)
        told = " ".join(page.locator("#summary").inner_text().split())
        assert "1000" in told
        assert "Where the chain broke, by leaker out of reach 17 not engaged 3" in told
        assert page.wrong == []


def test_alerts_lead_to_the_object_and_keys_work(browser):
    run = Run(launches=40, at=300.0)
    first, *_ = made_up.new_events(run.raid, -1.0, run.t)
    run.begin()
    while not run.hub.health()["events"]:
        time.sleep(0.01)
    run.hub.publish_events(first | {"type": "alert_settled", "range_class": "srbm"})  # before the page is there
    with start(run.hub, port=0) as server, opened(browser, server.url, 1280, 720) as page:
        until(page, "st.ready && st.frames > 2")
        assert page.locator(".alert", has_text="Short range").count() == 1
        page.locator(".alert").first.click(timeout=PATIENCE_MS)
        page.locator("#drawer").wait_for(timeout=PATIENCE_MS)
        assert "Track" in page.locator("#drawer h2").inner_text()
        before = status(page)["frames"]
        page.get_by_role("button", name="Go to").focus()
        until(page, f"st.frames > {before + 1}")
        assert page.evaluate("document.activeElement.textContent") == "Go to"  # the numbers move, the focus stays
        page.keyboard.press("Escape")
        page.locator("#drawer").wait_for(state="hidden", timeout=PATIENCE_MS)
        page.keyboard.press("4")
        assert page.locator("#legend button", has_text="Decoy").get_attribute("aria-pressed") == "false"
        page.keyboard.press("?")
        assert page.locator("#about").is_visible()
        assert page.wrong == []
    run.end()


def test_the_public_fallback_draws_too_and_a_lost_server_is_said(browser):
    run = Run(launches=20, at=600.0)
    run.begin()
    server = start(run.hub, port=0)
    page = browser.new_page(viewport={"width": 640, "height": 360})
    page.goto(server.url + "?quality=lean&points=public", timeout=PATIENCE_MS)
    until(page, "st.ready && st.frames > 2")
    assert status(page)["points"] == "public"
    assert pixels(page).std() > 8.0
    run.end()
    try:
        server.stop()
    except Fault as error:
        pytest.fail(str(error))
    page.get_by_text("connection lost").wait_for(timeout=PATIENCE_MS)
    page.close()
