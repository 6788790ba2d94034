// A click on a heading sorts by its column, a second click the other way round. What to sort by stands in data-v.
for (const button of document.querySelectorAll('thead button')) button.onclick = () => {
  const body = button.closest('table').tBodies[0], column = button.closest('th').cellIndex;
  const isName = column === 0;
  // Names begin with A, figures with the highest.
  const [first, second] = isName ? ['ascending', 'descending'] : ['descending', 'ascending'];
  const order = button.dataset.order === first ? second : first;
  button.dataset.order = order;
  const value = row => row.cells[column].dataset.v;
  const rows = [...body.rows].sort((a, b) => isName ? value(a).localeCompare(value(b)) : value(a) - value(b));
  body.append(...(order === 'descending' ? rows.reverse() : rows));
};
