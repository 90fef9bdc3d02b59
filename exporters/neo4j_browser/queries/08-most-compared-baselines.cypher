// title: Which baselines are compared with most?
// description: Methods by the number of papers that take them as a baseline.
// params: {"at_least": 2}
MATCH (p:Paper)-[:COMPARES_WITH]->(m:Method)
WITH m.name AS baseline, count(p) AS papers, min(p.year) AS first, max(p.year) AS latest
WHERE papers >= $at_least
RETURN baseline, papers, first, latest
ORDER BY papers DESC, baseline
