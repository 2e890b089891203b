// The parts of this document that are hidden as a whole (the panels of tabs, folds): what can be read in each, and what
// a person would press to see it, as numbers of the last reading. Nothing is changed.
(token) => {
  const eye = window[Symbol.for("rpa.eye")];
  if (!eye || eye.token !== token) return [];
  const SKIP = /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE|HEAD|IFRAME|FRAME|OBJECT|OPTION|OPTGROUP|LINK|META|INPUT|SVG)$/i;
  const number = new Map(eye.elements.map((el, place) => [el, place]));
  const squeeze = (text) => text.replace(/\s+/g, " ").trim();
  const nodes = (el) => [...(el.shadowRoot ? el.shadowRoot.childNodes
    : el.tagName === "SLOT" && el.assignedNodes().length ? el.assignedNodes() : el.childNodes)];
  const within = (el) => [el, ...nodes(el).filter((one) => one.nodeType === 1).flatMap(within)];
  const told = (node) => {
    if (node.nodeType === 3) return node.data;
    if (node.nodeType !== 1 || /^(SCRIPT|STYLE|SELECT|TEXTAREA)$/.test(node.tagName)) return " ";
    return node.tagName === "BR" ? " " : nodes(node).map(told).join("");
  };
  const flat = (el) => {
    const style = getComputedStyle(el);
    if (style.display === "none" || style.visibility !== "visible" || style.contentVisibility === "hidden") return true;
    const closed = style.overflow !== "visible" && style.display !== "contents";
    return closed && el.getBoundingClientRect().height <= 1 && el.scrollHeight > 1;
  };

  const texts = (panel) => {
    const found = new Set();
    for (const el of within(panel)) {
      if (SKIP.test(el.tagName)) continue;
      const own = [el.getAttribute("aria-label"), el.getAttribute("placeholder"), squeeze(told(el))];
      for (const text of own) if (text && text.length <= 200) found.add(text);
    }
    for (const el of panel.querySelectorAll("option,optgroup")) found.add(squeeze(el.label || el.text || ""));
    for (const el of panel.querySelectorAll("input[type=submit],input[type=button]")) found.add(squeeze(el.value));
    return [...found];
  };

  // Named: the mark-up says which panel the control shows.
  const names = (el, id) => {
    const script = (el.getAttribute("onclick") || "") + (/^\s*javascript:/i.test(el.getAttribute("href") || "") ? el.getAttribute("href") : "");
    const quoted = [...script.matchAll(/'([^']+)'|"([^"]+)"/g)].map((match) => match[1] || match[2]);
    if (quoted.some((text) => text.replace(/^#/, "") === id)) return true;
    return [...el.attributes].some(({name, value}) => /^(aria-controls|href|data-)/.test(name)
      && value.split(/\s+/).some((one) => one === id && name !== "href" || one === "#" + id));
  };
  const named = (panel) => {
    if (panel.tagName === "DETAILS") return [...panel.children].filter((el) => el.tagName === "SUMMARY");
    const by = (panel.getAttribute("aria-labelledby") || "").split(/\s+/);
    return eye.elements.filter((el) => panel.id && names(el, panel.id) || el.id && by.includes(el.id));
  };

  // By place: the i-th of a strip with as many short pieces in one line as there are panels.
  const family = (panel) => {
    const kind = (el) => el.tagName + " " + String(el.getAttribute("class") || "").trim().split(/\s+/)[0];
    const alike = panel.classList.length || panel.getAttribute("role")
      ? (el) => kind(el) === kind(panel) || (el.getAttribute("role") || "-") === panel.getAttribute("role")
      : (el) => el.tagName === panel.tagName && !el.classList.length && flat(el) !== null;
    return [...panel.parentElement.children].filter((el) => !SKIP.test(el.tagName) && alike(el));
  };
  const pressable = (el) => {
    for (let one = el; one && one !== document.body; one = one.parentElement) {
      if (number.has(one)) return one;
      if (one.parentElement && one.parentElement.children.length > 1) break;
    }
    const inside = [...el.querySelectorAll("*")].filter((one) => number.has(one));
    return inside.length === 1 ? inside[0] : null;
  };
  const strips = (count, before) => {
    const found = [];
    for (const holder of document.querySelectorAll("ul,ol,tr,div,nav,p,td,header,section,form")) {
      if (holder.children.length !== count || before.some((panel) => holder.contains(panel) || panel.contains(holder))) continue;
      const pieces = [...holder.children];
      const boxes = pieces.map((el) => el.getBoundingClientRect());
      const words = pieces.map((el) => squeeze(told(el)));
      const oneLine = boxes.every((box) => box.width > 0 && Math.abs(box.top - boxes[0].top) <= 8 && box.height <= 60);
      if (!oneLine || words.some((text) => !text || text.length > 40)) continue;
      const controls = pieces.map(pressable);
      if (controls.filter(Boolean).length >= count - 1 && new Set(controls).size === count) found.push(controls);
    }
    return found;
  };
  const placed = (panel) => {
    let siblings = family(panel);
    if (siblings.length < 2) return [];
    const shown = siblings.filter((el) => !flat(el));
    if (!panel.classList.length && shown.length > 1) return [];
    const found = strips(siblings.length, siblings);
    return found.length === 1 ? [found[0][siblings.indexOf(panel)]].filter(Boolean) : [];
  };

  // A fold: what stands just above it, and says of itself that it is shut.
  const above = (panel) => {
    const before = panel.previousElementSibling;
    const shut = before ? within(before).filter((el) => number.has(el) && el.getAttribute("aria-expanded") === "false") : [];
    return shut.length === 1 && !shut[0].getAttribute("aria-haspopup") ? shut : [];
  };

  const panels = [];
  const visit = (el) => {
    for (const child of nodes(el)) {
      if (child.nodeType !== 1 || SKIP.test(child.tagName)) continue;
      if (child.tagName === "DETAILS" && !child.open || flat(child)) panels.push(child); else visit(child);
    }
  };
  if (document.body) visit(document.body);
  return panels.map((panel) => {
    const sure = named(panel).filter((el) => number.has(el));
    const found = [sure, placed(panel), above(panel)].find((some) => some.length) || [];
    return {texts: texts(panel), controls: found.map((el) => number.get(el))};
  });
}
