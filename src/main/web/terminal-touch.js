// A finger on a terminal does what a wheel does: it scrolls back, or what the program shows if that draws the whole screen.

/** screen: the element with the terminal in it. */
export function scrollByTouch(screen, terminal) {
  let last = null;
  let begin = 0;
  let moved = 0;
  const scroll = (lines, { clientX, clientY }, target) => {
    if (terminal.buffer.active.type === "normal" && terminal.modes.mouseTrackingMode === "none") terminal.scrollLines(lines);
    else target.dispatchEvent(new WheelEvent("wheel", { deltaY: lines, deltaMode: WheelEvent.DOM_DELTA_LINE, clientX, clientY, bubbles: true, cancelable: true }));
  };
  screen.addEventListener("touchstart", ({ touches }) => {
    last = touches.length === 1 ? touches[0].clientY : null;
    begin = touches[0].clientX;
    moved = 0;
  }, { passive: true });
  screen.addEventListener("touchmove", (event) => {
    const { touches, target } = event;
    if (last === null || touches.length !== 1) return;
    // To the side: the screen is as wide as another viewer's window.
    if (!moved && Math.abs(touches[0].clientX - begin) > Math.abs(touches[0].clientY - last)) return (last = null);
    // The browser has nothing to fling then, which would swallow the next tap.
    event.preventDefault();
    const row = screen.clientHeight / terminal.rows;
    moved += last - touches[0].clientY;
    last = touches[0].clientY;
    const lines = Math.trunc(moved / row);
    if (!lines) return;
    moved -= lines * row;
    scroll(lines, touches[0], target);
  }, { passive: false });
}
