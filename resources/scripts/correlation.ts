// The correlation matrix of three columns, from their encrypted products.
export default data.cols('wage', 'education', 'experience').corr()
