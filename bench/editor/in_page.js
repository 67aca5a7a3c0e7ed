/*
 * Runs in the page: drags one node, pans or zooms for some frames, as a mouse and a wheel would,
 * and measures each frame.
 */

async ({ gesture, frames }) => {
  const LEG = 45; // frames in one direction
  const PAN_STEP = 80; // of the wheel, of which the canvas moves by a half
  const ZOOM_STEP = 30; // of the wheel: a sixth of the size in a leg
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

  function drag() {
    // From farthest away a node has no head to be seen.
    const grip = (node) =>
      [node.querySelector(".node__icon"), node].find((each) => each.getClientRects().length > 0);
    const shown = [...document.querySelectorAll(".react-flow__node-step")].filter((node) => {
      const { left, right, top, bottom } = grip(node).getBoundingClientRect();
      return left > 240 && right < innerWidth && top > 60 && bottom < innerHeight;
    });
    const node = shown[Math.floor(shown.length / 2)];
    const box = grip(node).getBoundingClientRect();
    const start = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const send = (target, kind, by, buttons) =>
      target.dispatchEvent(
        new MouseEvent(kind, {
          bubbles: true,
          cancelable: true,
          view: window,
          button: 0,
          buttons,
          clientX: start.x + by,
          clientY: start.y + by / 2,
        }),
      );
    return {
      begin: () => send(grip(node), "mousedown", 0, 1),
      step: (step) => send(window, "mousemove", 8 + 60 * Math.sin(step / 9), 1),
      end: () => send(window, "mouseup", 8, 0),
    };
  }

  function wheel(step) {
    const zooming = gesture !== "pan";
    const forth = Math.floor(step / LEG) % 2 === 0 ? 1 : -1;
    const by = forth * (zooming ? ZOOM_STEP * (gesture === "zoom in" ? -1 : 1) : PAN_STEP);
    document.querySelector(".react-flow__pane").dispatchEvent(
      new WheelEvent("wheel", {
        bubbles: true,
        cancelable: true,
        view: window,
        ctrlKey: zooming,
        clientX: innerWidth / 2,
        clientY: innerHeight / 2,
        deltaX: zooming ? 0 : by / 2,
        deltaY: by,
      }),
    );
  }

  const does = gesture === "drag" ? drag() : { begin: () => {}, step: wheel, end: () => {} };
  does.begin();
  for (let step = 0; step < 4 && gesture === "drag"; step += 1) {
    does.step(step);
    await frame();
  }
  globalThis.nodeloomRenders = new Map();
  const times = [];
  let last = await frame();
  for (let step = 0; step < frames; step += 1) {
    does.step(step);
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  const renders = globalThis.nodeloomRenders.size;
  globalThis.nodeloomRenders = undefined;
  does.end();
  return { times, renders, inPage: document.querySelectorAll(".node").length };
};
