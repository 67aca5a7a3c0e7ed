/* Runs in the page: drags one node for some frames, as a mouse would, and measures each frame. */

async (frames) => {
  const shown = [...document.querySelectorAll(".react-flow__node-step")].filter((node) => {
    const head = node.querySelector(".node__head").getBoundingClientRect();
    const { left, right, top, bottom } = head;
    return left > 240 && right < innerWidth && top > 60 && bottom < innerHeight;
  });
  const node = shown[Math.floor(shown.length / 2)];
  const box = node.querySelector(".node__head").getBoundingClientRect();
  const start = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const event = (kind, by, buttons) =>
    new MouseEvent(kind, {
      bubbles: true,
      cancelable: true,
      view: window,
      button: 0,
      buttons,
      clientX: start.x + by,
      clientY: start.y + by / 2,
    });
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  node.querySelector(".node__icon").dispatchEvent(event("mousedown", 0, 1));
  for (let step = 1; step <= 4; step += 1) {
    window.dispatchEvent(event("mousemove", step * 2, 1));
    await frame();
  }
  globalThis.nodeloomRenders = new Map();
  const times = [];
  let last = await frame();
  for (let step = 0; step < frames; step += 1) {
    window.dispatchEvent(event("mousemove", 8 + 60 * Math.sin(step / 9), 1));
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  const renders = Object.fromEntries(globalThis.nodeloomRenders);
  globalThis.nodeloomRenders = undefined;
  window.dispatchEvent(event("mouseup", 8, 0));
  return { times, renders, dragged: node.dataset.id, inPage: document.querySelectorAll(".node").length };
};
