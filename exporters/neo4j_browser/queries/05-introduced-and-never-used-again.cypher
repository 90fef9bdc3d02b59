// title: What was introduced and never used again?
// description: Methods of papers up to a year that no other paper of the graph uses, compares with or builds a variant of.
// params: {"until": 2015}
MATCH (p:Paper)-[:INTRODUCES]->(m:Method)
WHERE p.year <= $until
  AND NOT EXISTS { MATCH (other:Paper)-[:INTRODUCES|USES|COMPARES_WITH]->(m) WHERE other.id <> p.id }
  AND NOT EXISTS { MATCH (:Method)-[:VARIANT_OF]->(m) }
RETURN p.year AS year, m.name AS method, p.title AS paper
ORDER BY year, method, paper
