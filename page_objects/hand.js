// Where to press so that the very element that was read is hit; null where Playwright's own click has to see to it
// (covered, disabled, in a frame of another site). `byKey`: the element has the focus, for Enter.
// Until the press is over, a guard lets its events through only if they reach that element: a page may put something over
// it between the look and the press. Some pages draw an element anew as soon as the mouse is over it: what stands in its
// place then, in the same parent, and is the same to the last attribute, is taken for it.
async ([token, index, byKey]) => {
  const eye = window[Symbol.for("rpa.eye")];
  const el = eye ? eye.element(token, index) : null;
  if (!el || !el.isConnected || el.disabled || el.closest("fieldset[disabled],[inert]")) return null;
  const guardIt = (events) => {
    const guard = {hit: null};
    const parent = el.parentNode;
    const same = (node) => node === el
      || (!el.isConnected && node.nodeType === 1 && node.parentNode === parent && node === eye.element(token, index));
    const check = (event) => {
      if (!event.isTrusted) return;
      if (guard.hit === null) guard.hit = event.composedPath().some(same);
      if (!guard.hit) { event.preventDefault(); event.stopImmediatePropagation(); }
    };
    guard.lift = () => { for (const name of events) window.removeEventListener(name, check, true); };
    if (eye.guard) eye.guard.lift();
    eye.guard = guard;
    for (const name of events) window.addEventListener(name, check, {capture: true, passive: false});
  };
  // Before its first paint Chromium drops what the mouse does.
  if (!performance.getEntriesByType("paint").length) {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await Promise.race([frame().then(frame), new Promise((waited) => setTimeout(waited, 150))]);
  }
  if (byKey) {
    guardIt(["keydown", "keypress", "click"]);
    el.focus();
    return [0, 0];
  }
  if (el.tagName === "AREA") window.scrollBy({top: eye.boxOf(el).top - window.innerHeight / 2, behavior: "instant"});
  else if (el.scrollIntoViewIfNeeded) el.scrollIntoViewIfNeeded(true); else el.scrollIntoView({block: "center", behavior: "instant"});
  let rect = null;
  for (const one of el.tagName === "AREA" ? [eye.boxOf(el)] : el.getClientRects()) if (one.width > 1 && one.height > 1) { rect = one; break; }
  if (rect === null) return null;
  let x = rect.left + rect.width / 2, y = rect.top + rect.height / 2;

  const at = (root, left, top) => {
    let hit = root.elementFromPoint(left, top);
    while (hit && hit.shadowRoot) {
      const deeper = hit.shadowRoot.elementFromPoint(left, top);
      if (!deeper || deeper === hit) break;
      hit = deeper;
    }
    return hit;
  };
  const within = (node) => {
    for (let one = node; one; one = one.parentNode || one.host) if (one === el) return true;
    return false;
  };
  if (!within(at(document, x, y))) return null;
  try {
    for (let view = window; view !== view.top; view = view.parent) {
      const holder = view.frameElement;
      const corner = holder.getBoundingClientRect();
      x += corner.left + holder.clientLeft;
      y += corner.top + holder.clientTop;
      if (at(view.parent.document, x, y) !== holder) return null;
    }
  } catch (otherSite) { return null; }

  guardIt(["pointerdown", "mousedown", "pointerup", "mouseup", "click"]);
  return [x, y];
}
