// title: Who computed on these accelerators, and on how many?
// description: Papers that run on the hardware or a variant of it, by the number of units, with the sentence that says so.
// params: {"hardware": ["H100", "A100", "V100"]}
MATCH (p:Paper)-[r:RUNS_ON]->(h:Hardware)-[:VARIANT_OF*0..2]->(family:Hardware)
WHERE family.name IN $hardware AND r.count IS NOT NULL
RETURN r.count AS units, h.name AS hardware, p.title AS paper, p.year AS year, head(r.sentences) AS sentence
ORDER BY units DESC, hardware, paper
