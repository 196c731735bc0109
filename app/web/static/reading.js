// The pages work without this: "/" goes to the search box, n and p to the next and the previous mark.

const marks = [...document.querySelectorAll("main .text mark, main .marks rect:first-child")];
let current = -1;

function goTo(step) {
  if (!marks.length) return;
  current = (current + step + marks.length) % marks.length;
  marks[current].scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  if (event.key === "/") {
    document.querySelector("main input[type=search], .top-search input")?.focus();
    event.preventDefault();
  }
  if (event.key === "n") goTo(1);
  if (event.key === "p") goTo(-1);
});
