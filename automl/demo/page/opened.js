// Opened from a disk, a page may not load modules or data: say so, as nothing else can.
"use strict";
if (location.protocol === "file:") {
  addEventListener("DOMContentLoaded", () => {
    const problem = document.getElementById("problem");
    problem.textContent =
      "A browser lets this page load its model only from a web server. " +
      "Serve the folder, for example with: automl demo FOLDER, or python -m http.server";
    problem.hidden = false;
    document.getElementById("lead").textContent = "This page was opened from a file.";
  });
}
