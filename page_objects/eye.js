// Installs itself once in each document, so that later looks need not be compiled again.
// Reads one document as a person sees it: visible texts with their places, and what can be operated.
// Returns JSON text (cheaper to hand over than an object tree). Keeps the elements by number, so that what was
// read is what is clicked. Nothing in the page is changed.
() => {
  const KEY = Symbol.for("rpa.eye");
  // Old script libraries (Prototype 1.6) teach arrays and strings a toJSON that writes them as quoted text.
  const told = (tree) => {
    const held = [Object, Array, String, Number].map(({prototype}) => [prototype, Object.getOwnPropertyDescriptor(prototype, "toJSON")]);
    for (const [prototype, own] of held) if (own) delete prototype.toJSON;
    try { return JSON.stringify(tree); }
    finally { for (const [prototype, own] of held) if (own) Object.defineProperty(prototype, "toJSON", own); }
  };
  const read = () => {
  let eye = window[KEY];
  if (!eye || eye.document !== document) {
    eye = {document, token: Math.random().toString(36).slice(2), mutations: 0, changed: performance.now(), elements: [], waiting: [], left: -1, read};
    Object.defineProperty(window, KEY, {value: eye, enumerable: false, configurable: true});
    const seen = () => {
      eye.mutations += 1;
      eye.changed = performance.now();
      for (const tell of eye.waiting.splice(0)) tell();
    };
    new MutationObserver(seen).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    document.addEventListener("input", seen, true);
    // The element that was read under a number. Some pages draw it anew all the time: then what stands in its place, alone
    // in the same parent to be the same to the last attribute.
    eye.element = (token, index) => {
      if (eye.token !== token) return null;
      const el = eye.elements[index];
      if (!el || el.isConnected) return el || null;
      const parent = eye.parents[index];
      const same = parent && parent.isConnected ? [...parent.children].filter((one) => one.isEqualNode(el)) : [];
      if (same.length !== 1) return el;
      eye.elements[index] = same[0];
      return same[0];
    };
    // An area of a picture (<map>) has no box of its own: its corners are told from the picture's.
    eye.boxOf = (el) => {
      if (el.tagName !== "AREA") return el.getBoundingClientRect();
      const map = el.closest("map");
      const picture = map && [...document.querySelectorAll("img[usemap]")].find((one) => one.useMap === "#" + map.name);
      if (!picture) return new DOMRect();
      const {left, top, width, height} = picture.getBoundingClientRect();
      const shape = el.shape.toLowerCase();
      const [x = 0, y = 0, ...more] = (el.coords.match(/-?[\d.]+/g) || []).map(Number);
      if (shape === "default") return new DOMRect(left, top, width, height);
      const all = shape.startsWith("circ") ? [x - more[0], y - more[0], x + more[0], y + more[0]] : [x, y, ...more];
      const across = all.filter((_, at) => at % 2 === 0), down = all.filter((_, at) => at % 2 === 1);
      const [west, north] = [Math.min(...across), Math.min(...down)];
      return new DOMRect(left + west, top + north, Math.max(...across) - west, Math.max(...down) - north);
    };
    // What is being left is not the answer: the next document is.
    window.addEventListener("beforeunload", () => { eye.left = performance.now(); });
  }
  eye.elements = [];
  eye.parents = [];
  const SKIP = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "IFRAME", "FRAME", "OBJECT", "svg", "SVG"]);
  const ROLES = new Set(["button", "link", "menuitem", "tab", "option", "checkbox", "radio", "switch", "textbox",
    "combobox", "searchbox", "menuitemradio", "treeitem"]);
  const FIELDS = new Set(["text", "search", "email", "tel", "url", "number", "password", "date", "datetime-local",
    "month", ""]);
  const runs = [];
  const controls = [];
  let line = 0;
  let paragraph = 0;    // lines that only <br> parts from one another
  let open = null;      // the run that further text may join
  const cells = [];
  const counts = [];    // how many rows a table says it has, those included that it does not show
  let tables = 0, rows = 0, terms = 0, elements = 0;

  const newLine = () => { line += 1; open = null; };
  const newParagraph = () => { paragraph += 1; newLine(); };
  const box = (r) => [Math.round(r.left), Math.round(r.top), Math.round(r.width), Math.round(r.height)];

  const plain = (node) => {
    if (node.nodeType === 3) return node.data;
    if (node.nodeType !== 1 || /^(SELECT|TEXTAREA|SCRIPT|STYLE|BUTTON)$/.test(node.tagName)) return " ";
    if (node.tagName === "BR") return " ";
    return [...node.childNodes].map(plain).join("");
  };

  // What names it in its mark-up: a button that opens a list often names itself too, or a label and its value within it.
  const namedBy = (el) => {
    const root = el.getRootNode();
    const all = (el.getAttribute("aria-labelledby") || "").split(/\s+/)
      .map((id) => (id && root.getElementById ? root.getElementById(id) : null)).filter((one) => one && one !== el);
    const outside = all.filter((one) => !el.contains(one));
    return outside.length ? outside : all.slice(0, 1);
  };

  const labelsOf = (el) => {
    const labels = [...(el.labels || [])].map(plain);
    const by = namedBy(el);
    if (by.length) labels.push(by.map(plain).join(" "));
    const aria = el.getAttribute("aria-label");
    if (aria) labels.push(aria);
    return labels;
  };

  const kindOf = (el, style, context) => {
    const tag = el.tagName;
    const role = (el.getAttribute("role") || "").toLowerCase();
    if (tag === "INPUT") {
      const type = (el.getAttribute("type") || "text").toLowerCase();
      if (type === "hidden") return null;
      if (type === "checkbox" || type === "radio") return type;
      if (["submit", "button", "image", "reset"].includes(type)) return "button";
      return FIELDS.has(type) || type === "file" ? (type === "file" ? "file" : "field") : "field";
    }
    if (tag === "TEXTAREA") return "field";
    if (tag === "SELECT") return "select";
    if (role === "combobox" || el.getAttribute("aria-haspopup") === "listbox") return "combobox";
    if (tag === "BUTTON") return role === "tab" || role === "option" ? role : "button";
    if (tag === "SUMMARY") return "summary";
    if (tag === "A" || tag === "AREA") return ROLES.has(role) && role !== "link" ? role : "link";
    if (role === "textbox" || role === "searchbox" || el.isContentEditable && !context.editable) return "field";
    if (ROLES.has(role)) return role;
    if (el.hasAttribute("onclick")) return "clickable";
    if (el.parentElement && el.parentElement.getAttribute("role") === "listbox") return "option";
    if (tag !== "LABEL" && style.cursor === "pointer" && !context.pointer) return "clickable";
    return null;
  };

  // What a click brings about. Scripts and submissions that differ only in the control's own name are told as the same.
  const deedOf = (el, href) => {
    const script = (el.getAttribute("onclick") || "") + (/^\s*javascript:/i.test(href || "") ? href : "");
    // Web frames write one name with "_" in the id and with "$" or ":" in the script.
    const names = [el.getAttribute("name"), el.id].filter((name) => name && name.length > 2);
    const spelt = (name) => new RegExp(name.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replace(/\\\$|[_:]/g, "[_$:]"), "g");
    const masked = script ? names.reduce((text, name) => text.replace(spelt(name), "*"), script) : "";
    const submits = Boolean(el.form) && (el.type === "submit" || el.type === "image");
    const address = script && masked.includes("javascript:") ? "" : href || "";
    return {
      own: masked !== script ? names[0] : submits ? el.getAttribute("name") || "" : "",
      sends: [submits ? "submit" : "", el.getAttribute("formaction") || "", address, masked].filter(Boolean).join(" "),
    };
  };

  const addControl = (el, kind, context, pointer) => {
    const number = controls.length;
    eye.elements.push(el);
    eye.parents.push(el.parentNode);
    const href = el.getAttribute("href");
    const names = [el.getAttribute("alt"), el.getAttribute("title"), el.getAttribute("placeholder")].filter(Boolean);
    const isField = /^(field|select|combobox|checkbox|radio|file)$/.test(kind);
    const {own, sends} = deedOf(el, href);
    const control = {
      kind, type: el.tagName === "BUTTON" && el.form ? el.type : (el.getAttribute("type") || "").toLowerCase(),
      labels: isField ? labelsOf(el) : [],
      names: isField ? names : names.concat(el.getAttribute("aria-label") || []),
      value: "", href, target: el.getAttribute("target") || "",
      onclick: el.hasAttribute("onclick"), does: el.getAttribute("onclick") || "", sends, own,
      popup: el.getAttribute("aria-haspopup") || "", pointer,
      disabled: Boolean(el.disabled) || el.getAttribute("aria-disabled") === "true" || Boolean(el.closest("fieldset[disabled]")),
      readonly: Boolean(el.readOnly), checked: Boolean(el.checked) || el.getAttribute("aria-checked") === "true",
      selected: el.getAttribute("aria-selected") === "true" || el.getAttribute("aria-current") === "page",
      expanded: el.getAttribute("aria-expanded"),
      options: [], parent: context.control, line, row: context.row, cell: context.cell, table: context.table,
      box: box(eye.boxOf(el)), form: Array.prototype.indexOf.call(document.forms, el.form || el.closest("form")),
    };
    if (kind === "select") {
      control.options = [...el.options].map((o) => [o.text, o.selected, o.disabled || Boolean(o.parentElement.disabled),
        o.parentElement.tagName === "OPTGROUP" ? o.parentElement.label : ""]);
      control.value = el.selectedIndex >= 0 ? el.options[el.selectedIndex].text : "";
    } else if (kind === "field") {
      const typed = String(el.value === undefined ? el.innerText : el.value);
      control.value = control.type === "password" ? "\u2022".repeat(typed.length) : typed;
    } else if (kind === "combobox") {
      const label = namedBy(el).filter((one) => el.contains(one)).map((one) => one.innerText.trim()).join("");
      const text = String(el.value || el.innerText || "").trim();
      control.value = label && text.startsWith(label) ? text.slice(label.length) : text;
    } else if (kind === "button" && el.tagName === "INPUT") {
      control.value = control.type === "image" ? "" : (el.value || {submit: "Submit", reset: "Reset"}[control.type] || "");
    }
    controls.push(control);
    return number;
  };

  // A picture button without a size of its own takes no room until its picture has come: it is there all the same.
  const awaitsPicture = (el, r) => {
    if (el.tagName !== "INPUT" || el.type !== "image") return false;
    const own = el.computedStyleMap();
    return ["width", "height"].every((side) => r[side] > 0 || own.get(side).toString() === "auto");
  };

  // Letters that look alike belong together to the eye: bold beside regular, grey beside black are label and value.
  const looks = new Map();
  const lookOf = (style) => {
    const look = `${style.fontWeight}|${style.color}|${style.fontSize}|${style.fontStyle}`;
    if (!looks.has(look)) looks.set(look, looks.size);
    return looks.get(look);
  };

  const addText = (text, rect, context) => {
    const same = open !== null && runs[open].line === line && runs[open].control === context.control
      && runs[open].cell === context.cell;
    // Texts with a clear gap between them are two to the eye, though the mark-up writes them in one line.
    const gap = same ? rect[0] - (runs[open].box[0] + runs[open].box[2]) : 0;
    const apart = same && gap > 2 && Math.abs(rect[1] - runs[open].box[1]) < rect[3];
    if (apart) text = " " + text;
    if (same && !apart) {
      const run = runs[open];
      if (context.look !== run.last) { run.seams.push([...run.text].length); run.last = context.look; }
      run.text += text;
      const right = Math.max(run.box[0] + run.box[2], rect[0] + rect[2]);
      const bottom = Math.max(run.box[1] + run.box[3], rect[1] + rect[3]);
      run.box[0] = Math.min(run.box[0], rect[0]);
      run.box[1] = Math.min(run.box[1], rect[1]);
      run.box[2] = right - run.box[0];
      run.box[3] = bottom - run.box[1];
      return;
    }
    open = runs.length;
    runs.push({text, line, paragraph, control: context.control, row: context.row, cell: context.cell, table: context.table,
      head: context.head, term: context.term, definition: context.definition, path: context.path, box: rect,
      look: context.look, last: context.look, seams: []});
  };

  const range = document.createRange();
  const visitText = (node, context) => {
    if (!node.data.trim() && !(node.data.includes("\u00a0") || open !== null)) return;
    if (context.invisible) return;
    range.selectNodeContents(node);
    const rect = range.getBoundingClientRect();
    if (!node.data.trim()) { if (open !== null) runs[open].text += " "; return; }
    if (rect.width <= 0 || rect.height <= 0) return;
    if (rect.right + window.scrollX <= 0 || rect.bottom + window.scrollY <= 0) return;
    addText(node.data, box(rect), context);
  };

  const visit = (el, outer) => {
    if (SKIP.has(el.tagName)) return;
    const style = getComputedStyle(el);
    if (style.display === "none" || style.opacity === "0" || style.contentVisibility === "hidden") return;
    const invisible = style.visibility !== "visible";
    if (el.tagName === "BR") {
      if (outer.control < 0) newLine(); else if (open !== null) runs[open].text += " ";
      return;
    }
    if (style.overflow !== "visible" && style.display !== "contents" && el !== document.body) {
      const r = el.getBoundingClientRect();
      if (r.width <= 1 || r.height <= 1) return;
    }
    const context = {...outer, invisible, path: [elements++, ...outer.path.slice(0, 4)]};
    const role = (el.getAttribute("role") || "").toLowerCase();
    const tag = el.tagName;
    if (tag === "TABLE" || role === "table" || role === "grid" || role === "treegrid") {
      context.holder = outer.cell >= 0 ? outer.cell : outer.holder;
      const count = Number(el.getAttribute("aria-rowcount"));
      if (count > 0) counts.push([tables, count]);
      context.table = tables++; context.row = -1; context.cell = -1;
    } else if (tag === "TR" || role === "row") {
      context.row = rows++; context.cell = -1;
    } else if (tag === "TD" || tag === "TH" || /^(cell|gridcell|columnheader|rowheader)$/.test(role)) {
      context.cell = cells.length; context.head = tag === "TH" || role === "columnheader";
      cells.push([context.row, context.table, context.head, box(el.getBoundingClientRect()), context.holder]);
      newParagraph();
    }
    if (tag === "DT") { context.term = terms++; context.definition = -1; }
    if (tag === "DD") { context.definition = terms - 1; context.term = -1; }
    const inline = /^(inline|contents)/.test(style.display) || style.display === "ruby";
    const block = !inline;
    const kind = invisible ? null : kindOf(el, style, outer);
    context.pointer = style.cursor === "pointer";
    context.look = lookOf(style);
    context.editable = el.isContentEditable;
    if (block) newParagraph();
    if (kind !== null) {
      const r = eye.boxOf(el);
      const offScreen = r.right + window.scrollX <= 0 || r.bottom + window.scrollY <= 0;
      const room = r.width > 0 && r.height > 0 || awaitsPicture(el, r);
      if ((room && !offScreen) || kind === "link" || kind === "clickable") {
        if (!offScreen) { context.control = addControl(el, kind, outer, context.pointer); open = null; }
      }
    }
    if (tag === "IMG" || tag === "INPUT" || tag === "SELECT" || tag === "TEXTAREA") {
      if (tag === "IMG" && el.alt && !invisible) addText(el.alt, box(el.getBoundingClientRect()), context);
      else open = null;
    } else if (tag === "DETAILS" && !el.open) {
      for (const child of el.children) if (child.tagName === "SUMMARY") { visit(child, context); break; }
    } else {
      const children = el.shadowRoot ? el.shadowRoot.childNodes
        : tag === "SLOT" && el.assignedNodes().length ? el.assignedNodes() : el.childNodes;
      for (const child of children) {
        if (child.nodeType === 3) visitText(child, context);
        else if (child.nodeType === 1) visit(child, context);
      }
    }
    if (kind !== null) open = null;
    if (block) newParagraph();
  };

  const start = {control: -1, row: -1, cell: -1, table: -1, holder: -1, head: false, term: -1, definition: -1, path: [], pointer: false, editable: false, invisible: false, look: 0};
  if (document.body) visit(document.body, start);
  let hidden = false;
  try {
    const holder = window.frameElement;
    if (holder) { const r = holder.getBoundingClientRect(); hidden = r.width <= 1 || r.height <= 1; }
  } catch (crossOrigin) { hidden = false; }
  // Before its style sheets have come a page is not laid out as a person will see it.
  const undressed = document.readyState === "interactive"
    && [...document.querySelectorAll("link[rel~='stylesheet']")].some((link) => !link.sheet && !link.disabled);
  const navigation = performance.getEntriesByType("navigation")[0];
  // All has arrived, and the parser waits for a script: which one.
  let held = null;
  if (document.readyState === "loading" && navigation && navigation.responseEnd > 0) {
    const scripts = [...document.querySelectorAll("script[src]")];
    const last = scripts.pop();
    let after = last || null;
    while (after && !after.nextSibling && after.parentNode) after = after.parentNode;
    if (after === document) {
      const src = last.getAttribute("src");
      held = {src, nth: scripts.filter((script) => script.getAttribute("src") === src).length};
    }
  }
  eye.ready = document.readyState;
  return told({
    token: eye.token, mutations: eye.mutations, quiet: Math.round(performance.now() - eye.changed),
    scripted: document.scripts.length > 0,
    leaving: eye.left >= 0 && performance.now() - eye.left < 15000,
    hidden, height: document.documentElement ? document.documentElement.scrollHeight : 0, url: location.href, title: document.title, ready: undressed ? "loading" : document.readyState,
    status: navigation ? navigation.responseStatus || 0 : 0, held, cells, counts,
    runs: runs.map((r) => [r.text, r.line, r.control, r.row, r.cell, r.table, r.head, r.box, r.paragraph, r.term,
      r.definition, r.path, r.look, r.seams]),
    controls: controls.map((c) => [c.kind, c.type, c.labels, c.names, c.value, c.href, c.target, c.onclick, c.does, c.sends,
      c.own, c.popup, c.pointer, c.disabled, c.readonly, c.checked, c.selected, c.expanded, c.options, c.parent, c.line,
      c.row, c.cell, c.table, c.box, c.form]),
  });
  };
  return read();
}
