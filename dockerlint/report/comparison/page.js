"use strict";
(() => {
  const UNITS = ["B", "kB", "MB", "GB", "TB"];
  const human = (count) => {
    let value = count, unit = 0;
    while (Math.abs(value) >= 999.95 && unit < UNITS.length - 1) { value /= 1000; unit++; }
    return unit ? `${value.toFixed(1)} ${UNITS[unit]}` : `${count} B`;
  };
  const files = (count) => `${count.toLocaleString("en")} ${count === 1 ? "file" : "files"}`;
  const make = (name, text, kind) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  // Squarified treemaps, Bruls, Huizing and van Wijk, 2000.
  const squarify = (nodes, box) => {
    const placed = [], total = nodes.reduce((sum, node) => sum + node.s, 0);
    if (!total || box.w <= 0 || box.h <= 0) return placed;
    const scale = (box.w * box.h) / total;
    let { x, y, w, h } = box, row = [], area = 0;
    const worst = (areas, sum, side) => {
      const square = sum * sum, long = side * side;
      return Math.max((long * areas[0]) / square, square / (long * areas[areas.length - 1]));
    };
    const flush = () => {
      const along = w >= h, thick = along ? area / h : area / w;
      let at = along ? y : x;
      for (const [node, size] of row) {
        const long = size / thick;
        placed.push([node, along ? { x, y: at, w: thick, h: long } : { x: at, y, w: long, h: thick }]);
        at += long;
      }
      if (along) { x += thick; w -= thick; } else { y += thick; h -= thick; }
      row = []; area = 0;
    };
    for (const node of [...nodes].sort((a, b) => b.s - a.s)) {
      const size = node.s * scale, side = Math.min(w, h), areas = row.map((one) => one[1]);
      if (size <= 0) continue;
      if (row.length && worst([...areas, size], area + size, side) > worst(areas, area, side)) flush();
      row.push([node, size]); area += size;
    }
    if (row.length) flush();
    return placed;
  };

  const HEAD = 17, PAD = 2;

  class TreeMap {
    constructor(place, data) {
      this.place = place;
      this.data = data;
      this.side = 0;
      this.view = "layers";
      this.path = [];
      this.tiles = place.querySelector(".tiles");
      this.told = place.querySelector(".told");
      this.crumbs = place.querySelector(".crumbs");
      this.choices();
      this.tiles.addEventListener("keydown", (event) => this.key(event));
      place.hidden = false;
      this.start();
      new ResizeObserver(() => { if (this.tiles.clientWidth !== this.width) this.draw(); }).observe(this.tiles);
    }

    choices() {
      const place = this.place.querySelector(".choices");
      const group = (label, options, chosen, choose) => {
        const box = make("span");
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", label);
        for (const [value, text] of options) {
          const button = make("button", text);
          button.type = "button";
          button.setAttribute("aria-pressed", String(value === chosen));
          button.addEventListener("click", () => {
            for (const other of box.children) other.setAttribute("aria-pressed", String(other === button));
            choose(value);
          });
          box.append(button);
        }
        place.append(box);
      };
      if (this.data.sides.length > 1) {
        group("Which image", [[0, "Before"], [1, "After"]], 0, (side) => { this.side = side; this.start(); });
      }
      group("What the map shows", [["layers", "By layer"], ["paths", "By path"]], "layers",
        (view) => { this.view = view; this.start(); });
    }

    get root() { return this.data.sides[this.side][this.view]; }
    get node() { return this.path[this.path.length - 1]; }

    start() { this.open([this.root]); }

    open(path, focus) {
      this.path = path;
      this.draw();
      this.show(this.node, path);
      if (focus) this.move(this.buttons[0]);
    }

    draw() {
      this.width = this.tiles.clientWidth;
      this.buttons = [];
      const all = document.createDocumentFragment();
      const box = { x: 0, y: 0, w: this.width, h: this.tiles.clientHeight };
      this.lay(this.node, box, this.path, 0, all);
      if (!this.buttons.length) all.append(make("p", "Nothing here holds bytes"));
      this.tiles.replaceChildren(all);
      if (this.buttons.length) this.buttons[0].tabIndex = 0;
      this.tiles.setAttribute("aria-label", `Map of ${this.name(this.path)}, ${human(this.node.s)}`);
      this.crumbs.replaceChildren(...this.path.map((node, at) => {
        const button = make("button", node.n || "/");
        button.type = "button";
        if (at === this.path.length - 1) button.setAttribute("aria-current", "location");
        button.addEventListener("click", () => this.open(this.path.slice(0, at + 1)));
        return button;
      }));
    }

    lay(parent, box, path, depth, into) {
      for (const [node, at] of squarify(parent.c || [], box)) {
        if (at.w < 3 || at.h < 3) continue;
        const inner = [...path, node], opens = Boolean(node.c);
        const deeper = opens && depth < 3 && at.w > 70 && at.h > 52;
        into.append(this.tile(node, at, inner, opens, deeper));
        if (deeper) {
          this.lay(node, { x: at.x + PAD, y: at.y + HEAD, w: at.w - 2 * PAD, h: at.h - HEAD - PAD }, inner, depth + 1, into);
        }
      }
    }

    tile(node, at, path, opens, deeper) {
      const button = make("button", "", `${opens ? "dir" : "leaf"}${node.k ? ` k${node.k}` : ""}`);
      button.type = "button";
      button.tabIndex = -1;
      button.style.left = `${at.x}px`;
      button.style.top = `${at.y}px`;
      button.style.width = `${at.w}px`;
      button.style.height = `${at.h}px`;
      const color = this.color(path);
      if (color) button.style.backgroundColor = `var(${color})`;
      if (at.w > 34 && at.h > 16) {
        if (deeper || at.h < 34) {
          button.append(make("span", at.w > 120 ? `${node.n} · ${human(node.s)}` : node.n));
        } else {
          button.append(make("span", node.n));
          if (at.w > 64) button.append(make("span", human(node.s), "size"));
        }
      }
      button.setAttribute("aria-label", this.describe(node, path));
      button.addEventListener("click", () => (opens ? this.open(path, true) : this.show(node, path)));
      button.addEventListener("mouseenter", () => this.show(node, path));
      button.addEventListener("focus", () => this.show(node, path));
      this.buttons.push(button);
      button.box = at;
      return button;
    }

    color(path) {
      const side = this.data.sides[this.side];
      for (let at = path.length - 1; at >= 0; at--) {
        const layer = path[at].l;
        if (layer !== undefined) return layer < side.base ? "--t0" : `--t${1 + ((layer - side.base) % 8)}`;
      }
      return "";
    }

    name(path) {
      if (this.view === "layers") {
        const [, layer, ...rest] = path;
        if (!layer) return "the image";
        return rest.length ? `${layer.n} › /${rest.map((node) => node.n).join("/")}` : layer.n;
      }
      return `/${path.slice(1).map((node) => node.n).join("/")}`;
    }

    describe(node, path) {
      const parts = [this.name(path), human(node.s), files(node.f)];
      if (this.root.s) parts.push(`${((100 * node.s) / this.root.s).toFixed(1)} %`);
      if (this.view === "paths" && node.l !== undefined) parts.push(`from ${this.data.sides[this.side].names[node.l]}`);
      if (node.t) parts.push(node.t);
      return parts.join(", ");
    }

    show(node, path) { this.told.textContent = this.describe(node, path); }

    move(button) {
      if (!button) return;
      for (const other of this.buttons) other.tabIndex = -1;
      button.tabIndex = 0;
      button.focus();
    }

    key(event) {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (step) {
        event.preventDefault();
        this.move(this.nearest(document.activeElement, step));
      } else if ((event.key === "Escape" || event.key === "Backspace") && this.path.length > 1) {
        event.preventDefault();
        const from = this.node;
        this.open(this.path.slice(0, -1));
        this.move(this.buttons.find((button) => button.getAttribute("aria-label") === this.describe(from, [...this.path, from])) || this.buttons[0]);
      } else if (event.key === "Home" || event.key === "End") {
        event.preventDefault();
        this.move(this.buttons[event.key === "Home" ? 0 : this.buttons.length - 1]);
      }
    }

    // The tile whose middle is nearest in that direction; straight ahead counts more than aside.
    nearest(from, [dx, dy]) {
      if (!from || !from.box) return this.buttons[0];
      const middle = (box) => [box.x + Math.min(box.w / 2, 60), box.y + Math.min(box.h / 2, 8)];
      const [x, y] = middle(from.box);
      let best = null, least = Infinity;
      for (const button of this.buttons) {
        if (button === from) continue;
        const [u, v] = middle(button.box), ahead = (u - x) * dx + (v - y) * dy;
        if (ahead <= 0.5) continue;
        const cost = ahead + 3 * Math.abs((u - x) * dy + (v - y) * dx);
        if (cost < least) { least = cost; best = button; }
      }
      return best;
    }
  }

  const data = JSON.parse(document.getElementById("data").textContent);
  for (const place of document.querySelectorAll(".map")) new TreeMap(place, data[Number(place.dataset.index)]);
})();
