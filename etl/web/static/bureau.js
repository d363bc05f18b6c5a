// Comfort only: every page works without it.
"use strict";
document.querySelector(".top [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); // on a phone, the menu is wider than the page
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

// Keys of one letter: off for whoever dictates or uses them otherwise.
const keysAre = () => localStorage.getItem("touches") !== "non";
const toggle = document.querySelector("[data-touches]");
const named = () => { toggle.textContent = keysAre() ? "Désactiver ces touches" : "Activer ces touches"; };
if (toggle) {
  toggle.hidden = false;
  named();
  toggle.addEventListener("click", () => { localStorage.setItem("touches", keysAre() ? "non" : "oui"); named(); });
}
const onKeys = (acts) => document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  if (acts[event.key] && (keysAre() || event.key === "Enter")) acts[event.key](event);
});
const typed = (field) => (event) => { event.preventDefault(); field?.focus(); };
const follow = (link) => () => link?.click();

if (list) {
  const rows = [...list.tBodies[0].rows];
  const link = (row) => row?.querySelector(".ref a");
  const cases = [...new Set(rows.map((row) => link(row)?.pathname).filter((path) => path?.includes("/saisines/")))];
  let at = rows.findIndex((row) => link(row) && link(row).pathname === sessionStorage.getItem("vue"));
  sessionStorage.removeItem("vue");
  sessionStorage.setItem("file", JSON.stringify({ address: location.pathname + location.search, cases }));
  rows[at]?.focus();
  const go = (step) => () => { at = Math.min(rows.length - 1, Math.max(0, at + step)); rows[at].focus(); };
  onKeys({
    j: go(1), k: go(-1), m: typed(document.getElementById("motif-tous")),
    n: follow(document.querySelector("a[rel=next]")), p: follow(document.querySelector("a[rel=prev]")),
    x: () => { const box = rows[at]?.querySelector('input[name="id"]'); if (box) { box.checked = !box.checked; told(); } },
    Enter: () => { if (document.activeElement === rows[at]) link(rows[at])?.click(); },
  });
}

// A case opened from the list: the one before, the next, and back to the list where it was left.
const steps = document.querySelector("[data-steps]");
const file = JSON.parse(sessionStorage.getItem("file") ?? "null");
if (steps) {
  const at = file ? file.cases.indexOf(location.pathname) : -1;
  const links = Object.fromEntries([...steps.querySelectorAll("a")].map((one) => [one.dataset.go, one]));
  if (at >= 0) {
    steps.hidden = false;
    steps.querySelector("span").textContent = `${at + 1} sur ${file.cases.length}`;
    links.list.href = file.address;
    for (const [name, to] of [["before", file.cases[at - 1]], ["next", file.cases[at + 1]]]) {
      if (to) links[name].href = to; else links[name].remove();
    }
    sessionStorage.setItem("vue", location.pathname);
  }
  onKeys({
    j: follow(links.next), k: follow(links.before), u: follow(at >= 0 ? links.list : null), m: typed(document.querySelector('[name="reason"]')),
  });
}
