// Small helpers to make and fill elements. Text is always set as text.

/** Makes an element: attributes, `on...` listeners, children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Returns the element of an id. */
export const byId = (id) => document.getElementById(id);

/** Returns a function that runs another once calls have stopped for a while. */
export function calmed(run, milliseconds = 200) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), milliseconds);
  };
}

let numbered = 0;

/** Returns an id that no other element has. */
export const freshId = (name) => `${name}-${(numbered += 1)}`;

/** Lets a person choose, drop or paste a file; `take` is given it. */
export function fileZone({ accept, label, take }) {
  const id = freshId("file");
  const input = make("input", {
    type: "file", id, accept, class: "unseen",
    onchange: () => { if (input.files[0]) take(input.files[0]); input.value = ""; },
  });
  return [input, make("label", { for: id, class: "button" }, label)];
}

/** Lets files be dropped on an element or pasted anywhere on the page. */
export function dropsOn(element, kind, take) {
  const pick = (files) => [...(files ?? [])].find((file) => file.type.startsWith(kind) || kind === "");
  const over = (event) => { event.preventDefault(); element.classList.add("over"); };
  element.addEventListener("dragover", over);
  element.addEventListener("dragleave", () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    element.classList.remove("over");
    const file = pick(event.dataTransfer?.files);
    if (file) take(file);
  });
  document.addEventListener("paste", (event) => {
    const file = pick(event.clipboardData?.files);
    if (file) take(file);
  });
}
