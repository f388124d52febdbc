/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.interceptor;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.stream.Stream;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.TrackGoals;
import io.datafast.testing.PackagePrivateMethods;
import io.datafast.testing.WebApplication;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Scope;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What start-up says of a method that cannot be tracked, or of an expression that cannot
 * be evaluated.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartUpChecksTests {

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void unknownVariablesAreRefused(Class<?> bean, String method, String variable, CapturedOutput output) {
		assertThat(refusal(bean, output)).contains(bean.getSimpleName(), method, variable, "@TrackGoal");
	}

	static Stream<Object[]> unknownVariablesAreRefused() {
		return Stream.of(new Object[] { VisitorTypo.class, "pay", "#ordr" },
				new Object[] { ConditionTypo.class, "pay", "#flg" },
				new Object[] { MetadataTypo.class, "pay", "#ordr" },
				new Object[] { SecondGoalTypo.class, "pay", "#ordr" },
				new Object[] { TypoInArgument.class, "pay", "#ordr" },
				new Object[] { TypoInIndex.class, "pay", "#indx" }, new Object[] { TypoInTernary.class, "pay", "#flg" },
				new Object[] { TypoInSelection.class, "pay", "#minimun" },
				new Object[] { TypoInProjection.class, "pay", "#ordr" },
				new Object[] { TypoInList.class, "pay", "#ordr" }, new Object[] { TypoInMap.class, "pay", "#ordr" },
				new Object[] { TypoInElvis.class, "pay", "#ordr" },
				new Object[] { TypoInConstructor.class, "pay", "#ordr" },
				new Object[] { TypoOfInterface.class, "pay", "#ordr" },
				new Object[] { TypoOfComposedAnnotation.class, "pay", "#custmer" },
				new Object[] { TypoOfSuperclass.class, "pay", "#ordr" },
				new Object[] { TypoOfParameter.class, "pay", "#ordr" },
				new Object[] { IndexTooHigh.class, "pay", "#a1" },
				new Object[] { PropertyOfRoot.class, "pay", "#method" },
				new Object[] { WrongCase.class, "pay", "#Order" },
				new Object[] { RootWithoutCase.class, "pay", "#ROOT" });
	}

	@ParameterizedTest
	@ValueSource(classes = { WellKnownNames.class, NamesOfInterface.class, ResultWithoutExpression.class,
			ResultByIndex.class, ResultInText.class })
	void knownVariablesArePermitted(Class<?> bean) throws Exception {
		run(WebApplicationType.NONE, bean).close();
	}

	@ParameterizedTest
	@ValueSource(classes = { AmbiguousCondition.class, AmbiguousMetadata.class, AmbiguousVisitor.class,
			AmbiguousOfInterface.class, AmbiguousOfImplementation.class })
	void aParameterCalledResultBesideTheVariableIsRefused(Class<?> bean, CapturedOutput output) {
		assertThat(refusal(bean, output)).contains(bean.getSimpleName(), "signUp", "#result");
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void untrackableMethodsAreRefused(Class<?> bean, String method, String reason, CapturedOutput output) {
		Class<?> parent = bean.getSuperclass();
		String declaringClass = (parent.getName().startsWith("io.datafast.")) ? parent.getSimpleName()
				: bean.getSimpleName();
		assertThat(refusal(bean, output)).contains(declaringClass, method, "@TrackGoal").containsIgnoringCase(reason);
	}

	static Stream<Object[]> untrackableMethodsAreRefused() {
		return Stream.of(new Object[] { SealedClass.class, "buy", "sealed" },
				new Object[] { FinalClass.class, "buy", "final" }, new Object[] { RecordClass.class, "buy", "final" },
				new Object[] { FinalClassBesideInterface.class, "buy", "final" },
				new Object[] { FinalClassOfSealedInterface.class, "buy", "sealed" },
				new Object[] { RecordOfSealedInterface.class, "buy", "sealed" },
				new Object[] { PackagePrivateInAnotherPackage.class, "buy", "package-private" },
				new Object[] { FinalMethod.class, "buy", "final" },
				new Object[] { StaticMethod.class, "buy", "static" },
				new Object[] { PrivateMethod.class, "buy", "private" },
				new Object[] { InheritedFinalMethod.class, "buy", "final" },
				new Object[] { PrivateOfSuperclass.class, "hidden", "private" },
				new Object[] { AuditFilter.class, "doFilterInternal", "filter" },
				new Object[] { BuyingServlet.class, "doPost", "servlet" });
	}

	@ParameterizedTest
	@ValueSource(classes = { OpenClass.class, FinalClassOfInterface.class, FinalClassOfGenericInterface.class,
			OpenClassOfSealedInterface.class, PackagePrivateMethod.class, ProtectedMethod.class,
			RecordOfInterface.class })
	void whatAProxyCanTrackIsPermitted(Class<?> bean) throws Exception {
		run(WebApplicationType.NONE, bean).close();
	}

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, FinalShop.class, AdviceShop.class, InheritingShop.class,
			InheritingFromAnotherPackageShop.class, PrototypeShop.class, ControllerAdviceShop.class,
			GraphQlShop.class })
	void handlersThatTheProxyBreaksAreNamedOnce(Class<?> bean, CapturedOutput output) throws Exception {
		try (WebApplication application = WebApplication.onTomcat(bean)) {
			application.post("/buy", "");
			application.post("/buy", "");
		}
		assertThat(warnings(output)).singleElement().asString().contains(bean.getSimpleName());
	}

	@ParameterizedTest
	@ValueSource(classes = { PlainShop.class, OpenShop.class, HelpedShop.class })
	void otherHandlersAreNotNamed(Class<?> bean, CapturedOutput output) throws Exception {
		run(WebApplicationType.SERVLET, bean).close();
		assertThat(warnings(output)).isEmpty();
	}

	@Test
	void handlersThatTheProxyBreaksAreNamedInWebFlux(CapturedOutput output) throws Exception {
		run(WebApplicationType.REACTIVE, Shop.class).close();
		assertThat(warnings(output)).singleElement().asString().contains("Shop", "priceList");
	}

	private static List<String> warnings(CapturedOutput output) {
		return output.toString()
			.lines()
			.filter((line) -> line.contains(" WARN ") && line.contains("priceList"))
			.toList();
	}

	private static String refusal(Class<?> bean, CapturedOutput output) {
		assertThatException().isThrownBy(() -> run(WebApplicationType.NONE, bean).close());
		String all = output.toString();
		assertThat(all).contains("APPLICATION FAILED TO START", "Description:", "Action:");
		return all.substring(all.indexOf("APPLICATION FAILED TO START"));
	}

	private static AutoCloseable run(WebApplicationType type, Class<?> bean) {
		if (type == WebApplicationType.NONE) {
			return new SpringApplicationBuilder(WebApplication.BaseConfiguration.class)
				.initializers((context) -> ((GenericApplicationContext) context).registerBean(bean))
				.web(type)
				.run("--datafast.api-key=df_key", "--spring.main.banner-mode=off");
		}
		return (type == WebApplicationType.SERVLET) ? WebApplication.onTomcat(bean) : WebApplication.onNetty(bean);
	}

	record Order(String plan, List<Integer> items) {

	}

	static class VisitorTypo {

		@TrackGoal(name = "paid", visitorId = "#ordr?.plan")
		public void pay(Order order) {
		}

	}

	static class ConditionTypo {

		@TrackGoal(name = "paid", condition = "#order != null and #flg")
		public void pay(Order order, boolean flag) {
		}

	}

	static class MetadataTypo {

		@TrackGoal(name = "paid", metadata = { @GoalMetadata(key = "a", expression = "#order.plan"),
				@GoalMetadata(key = "b", expression = "#ordr.plan") })
		public void pay(Order order) {
		}

	}

	static class SecondGoalTypo {

		@TrackGoals({ @TrackGoal(name = "paid", visitorId = "#order.plan"),
				@TrackGoal(name = "paid_again", visitorId = "#ordr.plan") })
		public void pay(Order order) {
		}

	}

	static class TypoInArgument {

		@TrackGoal(name = "paid", condition = "#order.plan.startsWith(#ordr.plan)")
		public void pay(Order order) {
		}

	}

	static class TypoInIndex {

		@TrackGoal(name = "paid", condition = "#order.items[#indx] > 0")
		public void pay(Order order, int index) {
		}

	}

	static class TypoInTernary {

		@TrackGoal(name = "paid", condition = "#order == null ? true : (#flg ? true : false)")
		public void pay(Order order, boolean flag) {
		}

	}

	static class TypoInSelection {

		@TrackGoal(name = "paid", condition = "#order.items.?[#this > #minimun].isEmpty()")
		public void pay(Order order, int minimum) {
		}

	}

	static class TypoInProjection {

		@TrackGoal(name = "paid", condition = "#order.items.![#this + #ordr.plan].isEmpty()")
		public void pay(Order order) {
		}

	}

	static class TypoInList {

		@TrackGoal(name = "paid", condition = "{ #order, #ordr }.isEmpty()")
		public void pay(Order order) {
		}

	}

	static class TypoInMap {

		@TrackGoal(name = "paid", condition = "{ plan: #ordr }.isEmpty()")
		public void pay(Order order) {
		}

	}

	static class TypoInElvis {

		@TrackGoal(name = "paid", visitorId = "#order.plan ?: #ordr.plan")
		public void pay(Order order) {
		}

	}

	static class TypoInConstructor {

		@TrackGoal(name = "paid", visitorId = "new String(#ordr.plan)")
		public void pay(Order order) {
		}

	}

	interface Typo {

		@TrackGoal(name = "paid", visitorId = "#ordr.plan")
		void pay(Order order);

	}

	static class TypoOfInterface implements Typo {

		@Override
		public void pay(Order order) {
		}

	}

	@TrackGoal(name = "paid", visitorId = "#custmer")
	@Retention(RetentionPolicy.RUNTIME)
	@interface Paid {

	}

	static class TypoOfComposedAnnotation {

		@Paid
		public void pay(String customer) {
		}

	}

	static class TypoOfSuperclass extends VisitorTypo {

		@Override
		public void pay(Order order) {
		}

	}

	static class TypoOfParameter {

		@TrackGoal("paid")
		public void pay(@GoalMetadata(key = "plan", expression = "#ordr.plan") Order order) {
		}

	}

	static class IndexTooHigh {

		@TrackGoal(name = "paid", visitorId = "#a1")
		public void pay(Order order) {
		}

	}

	static class PropertyOfRoot {

		@TrackGoal(name = "paid", visitorId = "#method.name")
		public void pay(Order order) {
		}

	}

	static class WrongCase {

		@TrackGoal(name = "paid", visitorId = "#Order.plan")
		public void pay(Order order) {
		}

	}

	static class RootWithoutCase {

		@TrackGoal(name = "paid", condition = "#ROOT != null")
		public void pay(Order order) {
		}

	}

	static class WellKnownNames {

		@TrackGoal(name = "paid", visitorId = "#order.plan",
				condition = "#p1 and #a1 and #flag and #root != null and #root.method != null and #result != null",
				metadata = { @GoalMetadata(key = "x", expression = "{1, 2}.?[#this > 1]"),
						@GoalMetadata(key = "y", expression = "'#nothing' + #order.items.![#this]") })
		public String pay(Order order, boolean flag) {
			return "done";
		}

	}

	interface Names {

		@TrackGoal(name = "paid", visitorId = "#visitor", condition = "#v == #visitor")
		void pay(String visitor);

	}

	static class NamesOfInterface implements Names {

		@Override
		public void pay(String v) {
		}

	}

	static class ResultWithoutExpression {

		@TrackGoal(name = "signed_up", condition = "true")
		public String signUp(BindingResult result) {
			return "done";
		}

	}

	static class ResultByIndex {

		@TrackGoal(name = "signed_up", condition = "!#a0.hasErrors()")
		public String signUp(BindingResult result) {
			return "done";
		}

	}

	static class ResultInText {

		@TrackGoal(name = "signed_up", condition = "'#result' != #result2")
		public String signUp(BindingResult result, String result2) {
			return "done";
		}

	}

	static class AmbiguousCondition {

		@TrackGoal(name = "signed_up", condition = "!#result.hasErrors()")
		public String signUp(BindingResult result) {
			return "done";
		}

	}

	static class AmbiguousMetadata {

		@TrackGoal(name = "signed_up", metadata = @GoalMetadata(key = "result", expression = "#result.length()"))
		public String signUp(String name, String result) {
			return "done";
		}

	}

	static class AmbiguousVisitor {

		@TrackGoal(name = "signed_up", visitorId = "#name ?: #result")
		public String signUp(String name, String result) {
			return "done";
		}

	}

	interface Ambiguous {

		@TrackGoal(name = "signed_up", condition = "#result != null")
		String signUp(String result);

	}

	static class AmbiguousOfInterface implements Ambiguous {

		@Override
		public String signUp(String name) {
			return "done";
		}

	}

	interface Clear {

		@TrackGoal(name = "signed_up", condition = "#result != null")
		String signUp(String name);

	}

	static class AmbiguousOfImplementation implements Clear {

		@Override
		public String signUp(String result) {
			return "done";
		}

	}

	sealed static class SealedClass permits PermittedClass {

		@TrackGoal(name = "bought", visitorId = "'v'")
		public void buy() {
		}

	}

	static final class PermittedClass extends SealedClass {

	}

	static final class FinalClass {

		@TrackGoal(name = "bought", visitorId = "'v'")
		public void buy() {
		}

	}

	record RecordClass() {

		@TrackGoal(name = "bought", visitorId = "'v'")
		public void buy() {
		}

	}

	interface Other {

		void other();

	}

	static final class FinalClassBesideInterface implements Other {

		@TrackGoal(name = "bought", visitorId = "'v'")
		public void buy() {
		}

		@Override
		public void other() {
		}

	}

	static class FinalMethod {

		@TrackGoal(name = "bought", visitorId = "'v'")
		public final void buy() {
		}

	}

	static class StaticMethod {

		@TrackGoal(name = "bought", visitorId = "'v'")
		public static void buy() {
		}

	}

	static class PrivateMethod {

		@TrackGoal(name = "bought", visitorId = "'v'")
		private void buy() {
		}

	}

	static class InheritedFinalMethod extends FinalMethod {

	}

	static class HiddenMethod {

		@TrackGoal(name = "bought", visitorId = "'v'")
		private void hidden() {
		}

	}

	static class PrivateOfSuperclass extends HiddenMethod {

	}

	/**
	 * {@code doFilter} is final and runs on the proxy, whose fields are empty.
	 */
	static class AuditFilter extends OncePerRequestFilter {

		@Override
		@TrackGoal(name = "bought", visitorId = "'v'")
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(request, response);
		}

	}

	/**
	 * {@code service} calls {@code doPost} on the servlet itself.
	 */
	@SuppressWarnings("serial")
	static class BuyingServlet extends HttpServlet {

		@Override
		@TrackGoal(name = "bought", visitorId = "'v'")
		public void doPost(HttpServletRequest request, HttpServletResponse response) {
		}

	}

	static class OpenClass {

		@TrackGoal(name = "bought", visitorId = "'v'")
		public void buy() {
		}

	}

	interface Buying {

		@TrackGoal(name = "bought", visitorId = "'v'")
		void buy();

	}

	static final class FinalClassOfInterface implements Buying {

		@Override
		public void buy() {
		}

	}

	interface Selling<T> {

		@TrackGoal(name = "sold", visitorId = "'v'")
		void sell(T product);

	}

	static class Seller {

		public void sell(Order order) {
		}

	}

	static final class FinalClassOfGenericInterface extends Seller implements Selling<Order> {

		@Override
		public void sell(Order order) {
		}

	}

	/**
	 * No proxy can implement it.
	 */
	sealed interface SealedBuying {

		@TrackGoal(name = "bought", visitorId = "'v'")
		void buy();

	}

	static final class FinalClassOfSealedInterface implements SealedBuying {

		@Override
		public void buy() {
		}

	}

	record RecordOfSealedInterface() implements SealedBuying {

		@Override
		public void buy() {
		}

	}

	static non-sealed class OpenClassOfSealedInterface implements SealedBuying {

		@Override
		public void buy() {
		}

	}

	static class PackagePrivateInAnotherPackage extends PackagePrivateMethods.Tracked {

	}

	record RecordOfInterface() implements Buying {

		@Override
		public void buy() {
		}

	}

	static class PackagePrivateMethod {

		@TrackGoal(name = "bought", visitorId = "'v'")
		void buy() {
		}

	}

	static class ProtectedMethod {

		@TrackGoal(name = "bought", visitorId = "'v'")
		protected void buy() {
		}

	}

	@RestController
	static class Shop {

		@PostMapping("/buy")
		@TrackGoal("bought")
		public String buy() {
			return "x";
		}

		@GetMapping("/prices")
		private String priceList() {
			return "1";
		}

	}

	@RestController
	static class FinalShop {

		@PostMapping("/buy")
		@TrackGoal("bought")
		public String buy() {
			return "x";
		}

		@GetMapping("/prices")
		final String priceList() {
			return "1";
		}

	}

	@RestController
	static class AdviceShop {

		@PostMapping("/buy")
		@TrackGoal("bought")
		public String buy() {
			return "x";
		}

		@ModelAttribute("prices")
		private String priceList() {
			return "1";
		}

		@ExceptionHandler(IllegalStateException.class)
		private String priceListOfFailure() {
			return "1";
		}

	}

	static class Prices {

		@GetMapping("/prices")
		private String priceList() {
			return "1";
		}

	}

	@RestController
	static class InheritingShop extends Prices {

		@PostMapping("/buy")
		@TrackGoal("bought")
		public String buy() {
			return "x";
		}

	}

	@RestController
	static class InheritingFromAnotherPackageShop extends PackagePrivateMethods.Prices {

		@PostMapping("/buy")
		@TrackGoal("bought")
		public String buy() {
			return "x";
		}

	}

	@RestController
	@Scope(BeanDefinition.SCOPE_PROTOTYPE)
	static class PrototypeShop extends Shop {

	}

	@RestControllerAdvice
	static class ControllerAdviceShop {

		@ExceptionHandler(IllegalArgumentException.class)
		@TrackGoal("complained")
		public String complain() {
			return "x";
		}

		@ExceptionHandler(IllegalStateException.class)
		private String priceListOfFailure() {
			return "1";
		}

	}

	@Controller
	static class GraphQlShop {

		@MutationMapping
		@TrackGoal("bought")
		public String buy() {
			return "x";
		}

		@QueryMapping
		private String priceList() {
			return "1";
		}

	}

	@RestController
	static class PlainShop {

		@GetMapping("/prices")
		private String priceList() {
			return "1";
		}

	}

	@RestController
	static class OpenShop {

		@PostMapping("/buy")
		@TrackGoal("bought")
		public String buy() {
			return "x";
		}

		@GetMapping("/prices")
		String priceList() {
			return "1";
		}

	}

	/**
	 * A private method that only its own class calls runs on the bean itself.
	 */
	@RestController
	static class HelpedShop {

		@PostMapping("/buy")
		@TrackGoal("bought")
		public String buy() {
			return priceList();
		}

		private String priceList() {
			return "1";
		}

	}

}
