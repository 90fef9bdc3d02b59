// title: When was a method used?
// description: Papers by year that use a method, build on a variant of it, or compare with either.
// params: {"method": "Transformer"}
MATCH (p:Paper)-[r:USES|COMPARES_WITH]->(v:Method)-[:VARIANT_OF*0..4]->(m:Method {name: $method})
RETURN p.year AS year, count(DISTINCT p) AS papers, count(DISTINCT v) AS variants
ORDER BY year
