// title: What did papers run on, year by year?
// description: Named hardware by year of the paper and number of papers.
// params: {"since": 2018}
MATCH (p:Paper)-[:RUNS_ON]->(h:Hardware)
WHERE h.named AND p.year >= $since
RETURN p.year AS year, h.name AS hardware, count(p) AS papers
ORDER BY year, papers DESC, hardware
