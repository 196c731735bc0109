// The pages work without this: J and K go on and back, S to the choice of a line, M and C to their buttons
// (Enter presses them: a key alone changes nothing). A field and its box light up together; a click on the
// page chooses the line there.

const place = document.querySelector("#place");
const papers = [...document.querySelectorAll(".review-sheet .paper")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const key = event.key.toLowerCase();
  if (key === "s" && place) place.focus();
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (wanted?.href) wanted.click();
  else wanted?.focus();
  if (wanted || key === "s") event.preventDefault();
});

function light(field, on) {
  for (const box of document.querySelectorAll(`.boxes [data-field="${CSS.escape(field)}"]`)) box.classList.toggle("lit", on);
}

for (const form of document.querySelectorAll("form[data-field]")) {
  for (const [type, on] of [["pointerenter", true], ["pointerleave", false], ["focusin", true], ["focusout", false]]) {
    form.addEventListener(type, () => light(form.dataset.field, on));
  }
}

function showCut() {
  const option = place.selectedOptions[0];
  const number = option.value.split(":")[0];
  for (const paper of papers) {
    const here = paper.closest("figure").id === `page-${number}` && option.dataset.top;
    paper.querySelector(".cut").setAttribute("y", here ? option.dataset.top - 3 : -9);
  }
}

function chooseLine(event) {
  const paper = event.currentTarget;
  const bounds = paper.getBoundingClientRect();
  const y = ((event.clientY - bounds.top) / bounds.height) * Number(paper.dataset.height);
  const number = paper.closest("figure").id.split("-")[1];
  const lines = [...place.options].filter((option) => option.value.startsWith(`${number}:`) && option.dataset.top);
  const far = (option) => Math.max(option.dataset.top - y, y - option.dataset.bottom, 0);
  const nearest = lines.reduce((best, option) => (far(option) < far(best) ? option : best), lines[0]);
  if (!nearest) return;
  nearest.selected = true;
  showCut();
}

if (place) {
  place.addEventListener("change", showCut);
  for (const paper of papers) paper.addEventListener("click", chooseLine);
}
