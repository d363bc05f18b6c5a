// Comfort only: every page works without it.
"use strict";
const list = document.querySelector("[data-keys]");
const boxes = () => [...document.querySelectorAll('input[name="id"]')];
const count = document.querySelector("[data-count]");
const told = () => { if (count) count.textContent = boxes().filter((box) => box.checked).length; };

document.querySelector("[data-all]")?.addEventListener("change", (event) => {
  boxes().forEach((box) => { box.checked = event.target.checked; });
  told();
});
list?.addEventListener("change", told);
document.querySelectorAll("[data-auto]").forEach((form) => {
  form.addEventListener("change", (event) => { if (event.target.matches("select, input[type=radio]")) form.requestSubmit(); });
});
document.querySelectorAll("form[data-sure]").forEach((form) => {
  form.addEventListener("submit", (event) => { if (!window.confirm(form.dataset.sure)) event.preventDefault(); });
});
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.target.method === "post" && button && !event.defaultPrevented) setTimeout(() => { button.disabled = true; button.textContent = "En cours…"; });
});
if (list) {
  const rows = [...list.tBodies[0].rows];
  let at = -1;
  const go = (step) => { at = Math.min(rows.length - 1, Math.max(0, at + step)); rows[at].focus(); };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const box = rows[at]?.querySelector('input[name="id"]');
    const act = {
      j: () => go(1), k: () => go(-1), x: () => { if (box) { box.checked = !box.checked; told(); } },
      m: () => { event.preventDefault(); document.getElementById("motif-tous")?.focus(); },
      Enter: () => { if (document.activeElement === rows[at]) rows[at].querySelector(".ref a")?.click(); },
    }[event.key];
    if (act) act();
  });
}
