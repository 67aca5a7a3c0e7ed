"""The Marketing Kit from an empty canvas: how many drags and clicks it takes, and with keys alone."""

from pathlib import Path

from playwright.sync_api import FloatRect, Locator, expect

from support.browser.editor import MEDIA, Editor, center, in_chromium

SAID = "say A terracotta cup for five quiet minutes."
MAX_DRAGS = 12
MAX_CLICKS = 5


class Hands:
    """Works the mouse, and counts."""

    def __init__(self, editor: Editor) -> None:
        """Begin with none."""
        self.editor = editor
        self.drags = 0
        self.clicks = 0

    def drop(self, file: Path, media_type: str, x: float, y: float) -> str:
        """Drag a file of the desktop onto the canvas; give the node that it becomes."""
        self.drags += 1
        known = set(self.editor.ids())
        self.editor.drop(file, media_type, x, y)
        return self._made(known)

    def draw(self, port: Locator, x: float, y: float, words: str) -> str:
        """Draw a line into the empty and type which node is to be there; give the node."""
        known = set(self.editor.ids())
        self._drag(port, (x, y))
        self.editor.page.keyboard.type(words)
        self.editor.page.keyboard.press("Enter")
        return self._made(known)

    def write(self, port: Locator, x: float, y: float, text: str) -> str:
        """Draw a line to a new text, which has the cursor; give the node."""
        made = self.draw(port, x, y, "text")
        field = self.editor.node(made).get_by_role("textbox", name="Text", exact=True)
        expect(field).to_be_focused()
        self.editor.page.keyboard.type(text)
        expect(field).to_have_value(text)
        return made

    def connect(self, port: Locator, node_id: str) -> None:
        """Draw a line onto a node, whichever of its inputs that may enter."""
        edges = self.editor.edges.count()
        self._drag(port, center(self.editor.node(node_id).locator(".node__label")))
        expect(self.editor.edges).to_have_count(edges + 1)

    def click(self, button: Locator) -> None:
        """Click once."""
        self.clicks += 1
        self.editor.page.mouse.click(*center(button))

    def _drag(self, port: Locator, to: tuple[float, float]) -> None:
        self.drags += 1
        mouse = self.editor.page.mouse
        mouse.move(*center(port))
        mouse.down()
        mouse.move(*to, steps=6)
        mouse.up()

    def _made(self, known: set[str]) -> str:
        expect(self.editor.nodes).to_have_count(len(known) + 1)
        (made,) = set(self.editor.ids()) - known
        return made


def is_whole(editor: Editor, workflow_id: int) -> None:
    """Run the kit, and see that every node of it has given something."""
    expect(editor.nodes).to_have_count(9)
    expect(editor.edges).to_have_count(9)
    editor.saved()
    stored = editor.stored(workflow_id)
    types = {each["id"]: each["type"] for each in stored["nodes"]}
    assert sorted(types.values()) == sorted(
        ["image", "video", "crop", "frame", "llm", "llm", "text", "text", "text"]
    )
    lines = sorted(
        (types[each["source"]], types[each["target"]], each["targetHandle"])
        for each in stored["edges"]
    )
    assert lines == [
        ("crop", "llm", "images"),
        ("crop", "llm", "images"),
        ("frame", "llm", "images"),
        ("image", "crop", "image"),
        ("llm", "llm", "userMessage"),
        ("text", "llm", "systemPrompt"),
        ("text", "llm", "systemPrompt"),
        ("text", "llm", "userMessage"),
        ("video", "frame", "video"),
    ]


@in_chromium
def test_the_marketing_kit_takes_at_most_twelve_drags_and_five_clicks(editor: Editor) -> None:
    page = editor.page
    workflow_id = editor.open_graph([])
    hands = Hands(editor)
    for _ in range(4):
        page.keyboard.press("-")
        page.wait_for_timeout(300)  # the view zooms
    photo = hands.drop(MEDIA / "coffee.jpg", "image/jpeg", 270, 90)
    film = hands.drop(MEDIA / "product.mp4", "video/mp4", 270, 640)
    crop = hands.draw(editor.port(photo, "output"), 480, 90, "crop")
    frame = hands.draw(editor.port(film, "output"), 480, 700, "frame")
    first = hands.draw(editor.port(crop, "output"), 900, 300, "llm")
    second = hands.draw(editor.port(first, "output"), 1300, 300, "llm")
    hands.connect(editor.port(crop, "output"), second)
    hands.connect(editor.port(frame, "output"), second)
    hands.write(editor.port(first, "systemPrompt"), 850, 90, "You write for a shop.")
    hands.write(editor.port(first, "userMessage"), 850, 620, SAID)
    hands.write(editor.port(second, "systemPrompt"), 1250, 90, "Be short.")
    for media in (photo, film):
        editor.uploaded(media)
    hands.click(page.get_by_role("button", name="Run", exact=True))
    editor.run_ends("COMPLETED")
    is_whole(editor, workflow_id)
    boxes = list(editor.boxes().values())
    assert not [(a, b) for at, a in enumerate(boxes) for b in boxes[at + 1 :] if cover(a, b)]
    assert hands.drags <= MAX_DRAGS
    assert hands.clicks <= MAX_CLICKS


def cover(a: FloatRect, b: FloatRect) -> bool:
    """Say whether one node lies over the middle of another."""
    x, y = b["x"] + b["width"] / 2, b["y"] + b["height"] / 2
    return a["x"] < x < a["x"] + a["width"] and a["y"] < y < a["y"] + a["height"]


@in_chromium
def test_the_marketing_kit_is_built_and_run_with_the_keyboard_alone(editor: Editor) -> None:
    workflow_id = editor.open_graph([])
    page = editor.page
    press, write = page.keyboard.press, page.keyboard.type

    def add(words: str, text: str = "") -> None:
        count = editor.nodes.count()
        press("a")
        expect(page.get_by_label("Node to add")).to_be_focused()
        write(words)
        press("Enter")
        expect(editor.nodes).to_have_count(count + 1)
        if text:
            expect(page.locator("textarea:focus")).to_have_count(1)
            write(text)
            press("Escape")
        expect(page.locator(".react-flow__node:focus")).to_have_count(1)

    # Chromium is told once, and early, that its dialog for files is not to open.
    page.on("filechooser", lambda _: None)

    def choose(file: Path) -> None:
        for _ in range(12):
            press("Tab")
            if page.locator(":focus").inner_text().startswith("Choose a file"):
                break
        with page.expect_file_chooser() as opened:
            press("Enter")
        opened.value.set_files(file)
        page.locator('.media[data-state="success"]').first.wait_for()

    def connect(source: str, target: str) -> None:
        count = editor.edges.count()
        press("Control+f")
        expect(page.get_by_label("Node to go to")).to_be_focused()
        write(source)
        press("Enter")
        expect(page.locator(".react-flow__node:focus .node__label")).to_have_text(source)
        press("c")
        expect(page.get_by_label("Input to connect with")).to_be_focused()
        write(target)
        press("Enter")
        expect(editor.edges).to_have_count(count + 1)

    add("image")
    choose(MEDIA / "coffee.jpg")
    add("video")
    choose(MEDIA / "product.mp4")
    add("text", "You write for a shop.")
    add("text", SAID)
    add("text", "Be short.")
    for words in ("crop", "frame", "llm", "llm"):
        add(words)
    for source, target in (
        ("Image", "crop: image"),
        ("Video", "frame: video"),
        ("Text", "llm: system"),
        ("Text 2", "llm: user"),
        ("Crop", "llm: images"),
        ("LLM", "llm 2: user"),
        ("Text 3", "llm 2: system"),
        ("Crop", "llm 2: images"),
        ("Frame", "llm 2: images"),
    ):
        connect(source, target)
    expect(page.locator('.media[data-state="success"]')).to_have_count(2)
    press("Shift+a")
    press("Control+Enter")
    editor.run_ends("COMPLETED")
    is_whole(editor, workflow_id)
