// title: Whose hardware do papers run on?
// description: Companies by the number of papers that run on their products, and the number of products.
// params: {"since": 2012}
MATCH (o:Organization)<-[:MADE_BY]-(h:Hardware)<-[:RUNS_ON]-(p:Paper)
WHERE p.year >= $since
RETURN o.name AS maker, count(DISTINCT p) AS papers, count(DISTINCT h) AS products
ORDER BY papers DESC, maker
