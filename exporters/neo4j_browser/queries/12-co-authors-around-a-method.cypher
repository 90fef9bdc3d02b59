// title: Who works together on a method?
// description: Pairs of authors of papers that introduce or use the method, by the number of such papers they share.
// params: {"method": "Transformer", "at_least": 2}
MATCH (p:Paper)-[:INTRODUCES|USES]->(m:Method {name: $method})
MATCH (a:Author)<-[:AUTHORED_BY]-(p)-[:AUTHORED_BY]->(b:Author)
WHERE a.id < b.id
WITH a.name AS author, b.name AS co_author, count(DISTINCT p) AS papers
WHERE papers >= $at_least
RETURN author, co_author, papers
ORDER BY papers DESC, author, co_author
