"use strict";
const form = document.querySelector(".controls");
const filter = () => {
  const text = form.text.value.toLowerCase();
  let shown = 0;
  for (const rule of document.querySelectorAll(".rule")) {
    const whole = rule.querySelector("h3").textContent.toLowerCase().includes(text);
    let left = 0;
    for (const one of rule.querySelectorAll("article")) {
      const fits = whole || one.textContent.toLowerCase().includes(text);
      one.hidden = !fits || !["", one.dataset.standing].includes(form.standing.value);
      left += !one.hidden;
    }
    rule.hidden = !left;
    shown += left;
  }
  form.count.value = `${shown} shown`;
};
if (form) {
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
}

const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
const sort = (head) => {
  const body = head.closest("table").tBodies[0];
  const down = head.ariaSort !== "descending";
  for (const other of head.parentNode.cells) other.ariaSort = null;
  head.ariaSort = down ? "descending" : "ascending";
  const compare = (one, other) =>
    value(one, head.cellIndex).localeCompare(value(other, head.cellIndex), "en", { numeric: true });
  body.append(...[...body.rows].sort((one, other) => compare(one, other) * (down ? -1 : 1)));
};
for (const head of document.querySelectorAll(".sortable thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.addEventListener("click", () => sort(head));
  head.append(button);
}
