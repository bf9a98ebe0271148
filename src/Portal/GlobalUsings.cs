global using Portal.Model;
// The framework has types of these names too; in this product the words mean ours.
global using Host = Portal.Model.Host;
global using Route = Portal.Model.Route;
