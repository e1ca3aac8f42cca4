// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import "strings"

// Types are the types of StarCraft II units that a model knows apart, by the names of the game's own files: those of
// ordinary games. The first stands for all others.
var Types = append([]string{"other"}, strings.Fields(army+workers+buildings+rest)...)

// army are the units that fight or help in it.
const army = `
	Adept Archon Carrier Colossus DarkTemplar Disruptor HighTemplar Immortal Interceptor Mothership MothershipCore Observer Oracle
	Phoenix Sentry Stalker Tempest VoidRay WarpPrism WarpPrismPhasing Zealot
	Banshee Battlecruiser Cyclone Ghost Hellion HellionTank Liberator LiberatorAG Marauder Marine Medivac Raven Reaper SiegeTank
	SiegeTankSieged Thor VikingAssault VikingFighter WidowMine WidowMineBurrowed
	Baneling BanelingBurrowed BroodLord Broodling Corruptor Hydralisk Infestor InfestorBurrowed LocustMP LurkerMP LurkerMPBurrowed
	Mutalisk Overseer Queen Ravager Roach RoachBurrowed SwarmHostMP Ultralisk Viper Zergling ZerglingBurrowed
`

const workers = `Drone DroneBurrowed MULE Probe SCV `

const buildings = `
	Assimilator CyberneticsCore DarkShrine FleetBeacon Forge Gateway Nexus PhotonCannon Pylon RoboticsBay RoboticsFacility
	ShieldBattery Stargate TemplarArchive TwilightCouncil WarpGate
	Armory Barracks BarracksFlying BarracksReactor BarracksTechLab Bunker CommandCenter CommandCenterFlying EngineeringBay Factory
	FactoryFlying FactoryReactor FactoryTechLab FusionCore GhostAcademy MissileTurret OrbitalCommand OrbitalCommandFlying
	PlanetaryFortress Reactor Refinery SensorTower Starport StarportFlying StarportReactor StarportTechLab SupplyDepot
	SupplyDepotLowered TechLab
	BanelingNest CreepTumor CreepTumorBurrowed CreepTumorQueen EvolutionChamber Extractor GreaterSpire Hatchery Hive HydraliskDen
	InfestationPit Lair LurkerDenMP NydusCanal NydusNetwork RoachWarren SpawningPool SpineCrawler SpineCrawlerUprooted Spire
	SporeCrawler SporeCrawlerUprooted UltraliskCavern
`

// rest is neither: eggs and the like.
const rest = `AdeptPhaseShift AutoTurret BanelingCocoon Changeling Egg Larva Overlord OverlordCocoon OverlordTransport RavagerCocoon `

var (
	typeNumbers = numbers(Types)
	inArmy      = numbers(strings.Fields(army))
)

func numbers(names []string) map[string]int32 {
	m := map[string]int32{}
	for i, n := range names {
		m[n] = int32(i)
	}
	return m
}
