// The box with a scroll bar of its own (else the window) in which a row stands, and how far it is scrolled:
// [its top on the screen, how far, how far it could be]; null if it shows all it has. `to`: scroll it there first;
// -1: look for it, null: the one that was found.
([token, x, y, to]) => {
  const eye = window[Symbol.for("rpa.eye")];
  if (!eye || eye.token !== token) return null;
  const longer = (el) => el.scrollHeight > el.clientHeight + 4 && el.clientHeight > 0;
  const holds = (el) => {
    const r = el.getBoundingClientRect();
    return r.left <= x && x <= r.right && r.top <= y && y <= r.bottom;
  };
  if (to === -1 || !eye.scroller || !eye.scroller.isConnected) {
    let found = document.scrollingElement;
    const visit = (el) => {
      for (const child of (el.shadowRoot || el).children) {
        if (longer(child) && /auto|scroll|overlay/.test(getComputedStyle(child).overflowY) && holds(child)) found = child;
        visit(child);
      }
      if (el.shadowRoot) for (const child of el.children) visit(child);
    };
    if (document.body) visit(document.body);
    eye.scroller = found;
  }
  const box = eye.scroller;
  if (!box || to === -1 && !longer(box)) return null;
  if (to !== null && to !== -1) {
    box.scrollTo({top: to, behavior: "instant"});
    eye.changed = performance.now();  // the rows are drawn a moment later: a list just scrolled is not at rest
  }
  const top = box === document.scrollingElement ? 0 : box.getBoundingClientRect().top;
  return [Math.round(top), Math.round(box.scrollTop), box.scrollHeight - box.clientHeight];
}
